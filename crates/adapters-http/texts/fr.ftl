# Les textes des pages en français. Espaces insécables : U+00A0 devant les deux-points, U+202F devant ; ? !

## Mots et liens communs à plusieurs pages

error-title = Erreur : { $title }
username = Nom d’utilisateur
password = Mot de passe
characters = { $min } à { $max } caractères.
password-hint = { $min } à { $max } caractères. Quelques mots à la suite sont faciles à retenir et difficiles à deviner.
show = Afficher
show-password = Afficher le mot de passe
hide = Masquer
hide-password = Masquer le mot de passe
sign-in = Se connecter
sign-up = S’inscrire

## Connexion et inscription

new-here = Pas encore de compte ?
create-account = Créer un compte
have-account = Vous avez déjà un compte ?
cookie-missing = Si vous venez de vous connecter, votre navigateur n’a pas conservé le cookie qui maintient votre connexion. Autorisez les cookies pour ce site ou ouvrez-le à l’adresse { $url }
closed = Il n’est pas possible de créer un compte ici pour le moment. Adressez-vous à l’administrateur du site.
invited = Vous avez reçu une invitation. Choisissez un nom d’utilisateur et un mot de passe.
invitation = Code d’invitation
invitation-hint = Il figure dans le lien ou sur la note que vous avez reçus.

## Vers un autre site

signed-in = Connexion réussie
signed-out = Déconnexion réussie
password-changed = Votre mot de passe a été modifié
continue-to = Continuer vers { $site }
continue = Continuer
back-to-app = Retour à { $app }

## Le profil et le compte

profile = Profil
user-id = ID utilisateur : { $id }
username-is = Nom d’utilisateur : { $name }
sign-out = Se déconnecter
signed-in-as = Vous utilisez le compte { $name }.
stay-signed-in = Ne pas se déconnecter
account = Votre compte
download-data = Télécharger vos données
download-data-what = Tout ce qui est enregistré à votre sujet, dans un fichier JSON.
change-password-title = Modifier votre mot de passe
change-password-what = Vos autres appareils seront déconnectés en même temps.
current-password = Mot de passe actuel
new-password = Nouveau mot de passe
change-password = Modifier le mot de passe
change-password-hint = Cet appareil reste connecté ; tous les autres seront déconnectés.
change-username-title = Changer de nom d’utilisateur
change-username-what = Vous restez connecté partout.
change-username-hint = Vous vous connecterez désormais avec le nouveau nom. L’ancien est aussitôt disponible pour d’autres.
change-username = Changer de nom
username-changed = Votre nom d’utilisateur a été changé
delete-title = Supprimer votre compte
delete-what = Effacer votre compte et ses données.
delete-warning = Votre compte et ses données seront supprimés définitivement.
delete-confirm = Pour confirmer, saisissez votre nom d’utilisateur et votre mot de passe actuel.
delete = Supprimer le compte
back-to-account = Retour à votre compte

## Les appareils connectés

sessions-title = Appareils connectés
sessions-what = Voir vos appareils et les déconnecter.
device = { $browser } sur { $system }
device-unknown = Appareil inconnu
signed-in-at = Connexion :
last-used-at = Dernière utilisation :
this-device = Cet appareil
sign-out-device = Se déconnecter : { $device }
sign-out-others = Déconnecter les autres appareils
show-all-devices = Afficher les { $count } appareils
devices-not-shown = Appareils non affichés : { $count }.
older-devices-not-shown = Appareils non affichés : { $count } et d’autres plus anciens.
sign-ins = Connexions récentes
sign-ins-advice = Une connexion vous est inconnue ? Modifiez votre mot de passe.
event-sign-up = Compte créé
event-log-in = Connexion
event-password-changed = Mot de passe modifié
event-recovered = Code de récupération utilisé
event-password-reset = Mot de passe choisi par un lien
event-vouched = Connexion par le site

## Ce qui vient d’être fait

done-password = Votre mot de passe a été modifié. Vos autres appareils ont été déconnectés et les anciens codes de récupération ne sont plus valables.
done-recovered = Vous avez de nouveau accès à votre compte et votre nouveau mot de passe est enregistré. Vos autres appareils ont été déconnectés.
done-username = Votre nom d’utilisateur a été changé.
done-reset = Votre nouveau mot de passe est enregistré et vous êtes connecté. Vous êtes déconnecté partout ailleurs.
done-session = L’appareil a été déconnecté.
done-other-sessions = Vos autres appareils ont été déconnectés.
done-signed-out = Déconnexion réussie.
done-deleted = Votre compte a été supprimé.

## Codes de récupération

forgot = Mot de passe oublié ?
codes-title = Codes de récupération
codes-offer = Obtenir des codes de récupération
codes-why = Rien ne passe par e-mail ici. Si vous oubliez votre mot de passe, seul un code de récupération vous redonne accès à votre compte.
create-codes = Créer des codes de récupération
not-now = Pas maintenant
codes-left = Il vous reste { $left } codes de récupération sur { $of }.
codes-few = { $left ->
    [one] Il vous reste { $left } code de récupération. Créez-en de nouveaux avant d’en avoir besoin.
   *[other] Il vous reste { $left } codes de récupération sur { $of }. Créez-en de nouveaux avant de les avoir tous utilisés.
}
codes-none = Vous n’avez aucun code de récupération.
codes-what = Si vous oubliez votre mot de passe, chaque code vous redonne accès une fois à votre compte.
codes-created-at = Création :
codes-replaced = Vos codes actuels ne seront plus valables.
your-codes = Vos codes de récupération
codes-shown-once = Enregistrez-les maintenant : ils ne seront plus affichés.
codes-keep = Si vous oubliez votre mot de passe, chacun vous redonne accès une fois à votre compte. Gardez-les sur papier ou dans un gestionnaire de mots de passe. Les codes précédents ne sont plus valables.
sheet-title = Codes de récupération du compte { $name } pour { $site }, créés le { $when }
sheet-place = Pour en utiliser un, ouvrez { $url }
download = Télécharger
print = Imprimer
copy = Copier
copied = Copié
back-to-profile = Retour à votre profil
recover-title = Récupérer votre compte
recover-how = Saisissez l’un de vos codes de récupération et choisissez un nouveau mot de passe. Vos autres appareils seront déconnectés.
recovery-code = Code de récupération
code-hint = { $count } lettres et chiffres. Les espaces, les tirets et les majuscules n’ont pas d’importance.
recover = Récupérer le compte
reset-title = Choisir un nouveau mot de passe
reset-how = Vous serez connecté ici et déconnecté partout ailleurs.
reset = Enregistrer et se connecter
link-code-title = Vous avez reçu un lien ?
link-code = Code du lien
no-codes = Pas de code de récupération ? Seul l’administrateur du site peut alors vous aider.

## Liens des pages d’erreur

back-to-sign-in = Retour à la page de connexion
back-to-sign-up = Retour à la page d’inscription
back-to-recovery = Retour à la page de récupération
start-page = Aller à la page d’accueil
tell-request-id = Si cela se reproduit, communiquez ce numéro à l’administrateur du site : { $id }

## Erreurs par leur code dans l’API. Une page d’erreur a pour en-tête le titre, s’il existe, et montre le conseil

invalid_username = Nom d’utilisateur non valide
    .advice = Vérifiez votre saisie et réessayez.
invalid_password = Mot de passe non valide
    .advice = Vérifiez votre saisie et réessayez.
username_taken = Ce nom d’utilisateur est déjà pris
    .advice = Choisissez-en un autre.
incorrect_credentials = Nom d’utilisateur ou mot de passe incorrect
    .advice = Vérifiez votre saisie et réessayez.
incorrect_password = Mot de passe incorrect
    .advice = Vérifiez votre saisie et réessayez.
incorrect_recovery_code = Nom d’utilisateur ou code de récupération incorrect
    .advice = Vérifiez votre saisie et réessayez.
malformed_request = Requête illisible
    .title = Cela n’a pas fonctionné
    .advice = Les données envoyées n’ont pas pu être lues. Revenez en arrière, rechargez la page et réessayez.
unauthenticated = Connexion requise
    .title = Votre session est terminée
    .advice = Rien n’a donc été fait. Connectez-vous pour continuer.
cross_origin = Requête d’une autre origine refusée
    .title = La demande venait d’un autre site
    .advice = Rien n’a été fait. Ouvrez ce site et réessayez.
signup_closed = Les inscriptions sont fermées
    .advice = Il n’est pas possible de créer un compte ici pour le moment. Adressez-vous à l’administrateur du site.
invitation_required = Inscription sur invitation
    .advice = Demandez une invitation à l’administrateur du site.
invalid_link = Lien non valide
    .title = Ce lien ne fonctionne plus
    .advice = Il a peut-être été utilisé ou remplacé, ou il a expiré. Demandez-en un nouveau là où vous l’avez reçu.
account_disabled = Compte désactivé
    .advice = Adressez-vous à l’administrateur du site.
not_found = Introuvable
    .title = Il n’y a pas de page ici
    .advice = Vérifiez qu’il n’y a pas de faute de frappe dans l’adresse, ou allez à la page d’accueil.
method_not_allowed = Méthode non autorisée
    .title = Cela ne fonctionne pas ici
    .advice = Cette adresse ne peut pas être utilisée de cette façon. Allez à la page d’accueil et réessayez à partir de là.
request_timeout = Délai dépassé
    .title = Cela a pris trop de temps
    .advice = Vérifiez votre connexion réseau et réessayez.
payload_too_large = Données trop volumineuses
    .title = Le texte est trop long
    .advice = Revenez en arrière et raccourcissez votre saisie.
unsupported_media_type = Type de contenu non pris en charge
    .title = Cela n’a pas fonctionné
    .advice = Le formulaire a été envoyé sous une forme qui n’est pas prise en charge ici. Revenez en arrière, rechargez la page et réessayez.
too_many_attempts = Trop de tentatives
    .advice = Attendez un peu, puis réessayez.
header_fields_too_large = En-têtes de la requête trop volumineux
    .title = Votre navigateur a envoyé trop de cookies
    .advice = Supprimez les cookies de ce site et réessayez.
unknown = Une erreur inconnue s’est produite
    .title = Un problème est survenu
    .advice = L’erreur vient de notre côté. Réessayez dans un instant.
overloaded = Le serveur est surchargé
    .title = Nous revenons tout de suite
    .advice = De nombreuses personnes se connectent en ce moment. Réessayez dans quelques secondes.
unavailable = Les comptes sont indisponibles
    .title = Nous revenons tout de suite
    .advice = Les comptes sont momentanément inaccessibles. Rien n’a été perdu ; réessayez dans un instant.

## Conseils plus précis ; dans l’API, le champ `detail` de l’erreur

enter-username = Saisissez votre nom d’utilisateur.
username-length = Un nom d’utilisateur comporte au maximum { $max } caractères.
username-differs = Ce n’est pas votre nom d’utilisateur.
enter-password = Saisissez votre mot de passe.
password-length = Un mot de passe comporte au maximum { $max } caractères.
enter-current-password = Saisissez votre mot de passe actuel.
password-for-codes = Saisissez votre mot de passe actuel pour créer des codes de récupération.
code-shape = Un code de récupération comporte { $count } lettres et chiffres.
code-works-once = Chaque code ne fonctionne qu’une fois. Essayez-en un autre.
choose-another = Choisissez-en un autre.
use-characters = Utilisez { $min } à { $max } caractères.
surrounding-space = Supprimez l’espace au début ou à la fin.
characters-unicode = Utilisez des lettres, des chiffres, de la ponctuation et des espaces entre ces caractères ; rien d’invisible.
characters-precis = Utilisez des lettres et des chiffres de votre écriture et de la ponctuation ASCII ; pas d’espaces.
characters-ascii = Utilisez des lettres sans accent, des chiffres et de la ponctuation.
open-at = La demande ne venait pas de { $url }, rien n’a donc été fait. Ouvrez le site à cette adresse et réessayez.
another-user = Quelqu’un d’autre s’est connecté entre-temps, rien n’a donc été fait. Ouvrez de nouveau la page.
mixed-scripts = Ne mélangez pas les lettres latines, grecques et cyrilliques.
reserved-username = Ce nom est réservé. Choisissez-en un autre.
common-password = Ce mot de passe est trop courant.
password-is-username = N’utilisez pas votre nom d’utilisateur.
enter-invitation = Saisissez le code de votre invitation.
ask-for-link = Vérifiez que le code est bien saisi. Il a peut-être aussi été utilisé ou remplacé, ou il a expiré.
username-is-password = N’utilisez pas votre mot de passe.
username-not-invited = L’invitation est pour un autre nom d’utilisateur.
wait-seconds = { $seconds ->
    [one] Attendez { $seconds } seconde, puis réessayez.
   *[other] Attendez { $seconds } secondes, puis réessayez.
}
wait-minutes = { $minutes ->
    [one] Attendez { $minutes } minute, puis réessayez.
   *[other] Attendez { $minutes } minutes, puis réessayez.
}
transport = `transport` doit être `cookie` ou `bearer`.
