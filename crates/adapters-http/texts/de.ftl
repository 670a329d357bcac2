# Die Texte der Seiten auf Deutsch.

## Wörter und Links, die auf mehreren Seiten stehen

error-title = Fehler: { $title }
username = Benutzername
password = Passwort
characters = { $min } bis { $max } Zeichen.
password-hint = { $min } bis { $max } Zeichen. Ein paar Wörter hintereinander sind leicht zu merken und schwer zu erraten.
show = Zeigen
show-password = Passwort zeigen
hide = Verbergen
hide-password = Passwort verbergen
sign-in = Anmelden
sign-up = Registrieren

## Anmelden und Registrieren

new-here = Neu hier?
create-account = Konto anlegen
have-account = Schon ein Konto?
cookie-missing = Falls Sie sich gerade angemeldet haben: Ihr Browser hat das Cookie nicht behalten, das Sie angemeldet hält. Erlauben Sie Cookies für diese Seite, oder öffnen Sie sie unter { $url }
closed = Zurzeit können hier keine neuen Konten angelegt werden. Fragen Sie, wer diese Seite betreibt.
invited = Sie wurden eingeladen. Wählen Sie einen Benutzernamen und ein Passwort.
invitation = Einladungscode
invitation-hint = Aus dem Link oder von dem Zettel, den Sie bekommen haben.

## Weiter zu einer anderen Seite

signed-in = Sie sind angemeldet
signed-out = Sie sind abgemeldet
password-changed = Ihr Passwort wurde geändert
continue-to = Weiter zu { $site }
continue = Weiter
back-to-app = Zurück zu { $app }

## Das Profil und das Konto

profile = Profil
user-id = Benutzer-ID: { $id }
username-is = Benutzername: { $name }
sign-out = Abmelden
signed-in-as = Sie sind als { $name } angemeldet.
stay-signed-in = Angemeldet bleiben
account = Ihr Konto
download-data = Ihre Daten herunterladen
download-data-what = Alles, was über Sie gespeichert ist, als JSON-Datei.
change-password-title = Passwort ändern
change-password-what = Zugleich werden Sie überall sonst abgemeldet.
current-password = Aktuelles Passwort
new-password = Neues Passwort
change-password = Passwort ändern
change-password-hint = Hier bleiben Sie angemeldet, überall sonst werden Sie abgemeldet.
change-username-title = Benutzernamen ändern
change-username-what = Sie bleiben überall angemeldet.
change-username-hint = Danach melden Sie sich mit dem neuen Namen an. Der alte ist sofort für andere frei.
change-username = Benutzernamen ändern
username-changed = Ihr Benutzername wurde geändert
delete-title = Konto löschen
delete-what = Entfernt Ihr Konto und seine Daten.
delete-warning = Ihr Konto und seine Daten werden endgültig gelöscht.
delete-confirm = Geben Sie zur Bestätigung Ihren Benutzernamen und Ihr aktuelles Passwort ein.
delete = Konto löschen
back-to-account = Zurück zu Ihrem Konto

## Wo jemand angemeldet ist

sessions-title = Wo Sie angemeldet sind
sessions-what = Sehen Sie Ihre Geräte und melden Sie sie ab.
device = { $browser } unter { $system }
device-unknown = Unbekanntes Gerät
signed-in-at = Angemeldet:
last-used-at = Zuletzt benutzt:
this-device = Dieses Gerät
sign-out-device = { $device } abmelden
sign-out-others = Überall sonst abmelden
show-all-devices = Alle { $count } anzeigen
devices-not-shown = { $count } weitere werden nicht angezeigt.
older-devices-not-shown = { $count } weitere und ältere werden nicht angezeigt.
sign-ins = Letzte Anmeldungen
sign-ins-advice = Eine davon kennen Sie nicht? Ändern Sie Ihr Passwort.
event-sign-up = Konto erstellt
event-log-in = Angemeldet
event-password-changed = Passwort geändert
event-recovered = Wiederherstellungscode benutzt
event-password-reset = Passwort über einen Link gewählt
event-vouched = Von der Website angemeldet

## Was gerade geschehen ist

done-password = Ihr Passwort wurde geändert. Überall sonst sind Sie abgemeldet, und frühere Wiederherstellungscodes gelten nicht mehr.
done-recovered = Sie sind wieder angemeldet, und Ihr neues Passwort gilt. Überall sonst sind Sie abgemeldet.
done-username = Ihr Benutzername wurde geändert.
done-reset = Ihr neues Passwort gilt, und Sie sind angemeldet. Überall sonst sind Sie abgemeldet.
done-session = Das Gerät wurde abgemeldet.
done-other-sessions = Überall sonst sind Sie abgemeldet.
done-signed-out = Sie sind abgemeldet.
done-deleted = Ihr Konto wurde gelöscht.

## Wiederherstellungscodes

forgot = Passwort vergessen?
codes-title = Wiederherstellungscodes
codes-offer = Wiederherstellungscodes anlegen
codes-why = Hier gibt es keine E-Mail. Wenn Sie Ihr Passwort vergessen, kommen Sie nur mit einem Wiederherstellungscode wieder hinein.
create-codes = Wiederherstellungscodes erzeugen
not-now = Nicht jetzt
codes-left = Sie haben noch { $left } von { $of } Wiederherstellungscodes.
codes-few = { $left ->
    [one] Sie haben noch einen Wiederherstellungscode. Erzeugen Sie neue, bevor Sie sie brauchen.
   *[other] Sie haben noch { $left } von { $of } Wiederherstellungscodes. Erzeugen Sie neue, bevor sie aufgebraucht sind.
}
codes-none = Sie haben keine Wiederherstellungscodes.
codes-what = Mit jedem Code kommen Sie einmal wieder hinein, wenn Sie Ihr Passwort vergessen haben.
codes-created-at = Erzeugt:
codes-replaced = Die Codes, die Sie jetzt haben, gelten dann nicht mehr.
your-codes = Ihre Codes
codes-shown-once = Sichern Sie die Codes jetzt: Sie werden nicht noch einmal gezeigt.
codes-keep = Mit jedem kommen Sie einmal wieder hinein, wenn Sie Ihr Passwort vergessen haben. Bewahren Sie sie auf Papier oder in einem Passwortmanager auf. Frühere Codes gelten nicht mehr.
sheet-title = Wiederherstellungscodes von { $name } für { $site }, erzeugt { $when }
sheet-place = Einlösen unter { $url }
download = Herunterladen
print = Drucken
copy = Kopieren
copied = Kopiert
back-to-profile = Zurück zu Ihrem Profil
recover-title = Zugang wiederherstellen
recover-how = Geben Sie einen Ihrer Wiederherstellungscodes ein und wählen Sie ein neues Passwort. Überall sonst werden Sie abgemeldet.
recovery-code = Wiederherstellungscode
code-hint = { $count } Buchstaben und Ziffern. Leerzeichen, Bindestriche und Großschreibung sind gleichgültig.
recover = Wiederherstellen
reset-title = Neues Passwort wählen
reset-how = Sie werden hier angemeldet und überall sonst abgemeldet.
reset = Passwort speichern und anmelden
link-code-title = Haben Sie einen Link bekommen?
link-code = Code des Links
no-codes = Kein Wiederherstellungscode? Dann kann Ihnen nur helfen, wer diese Seite betreibt.

## Links auf Fehlerseiten

back-to-sign-in = Zurück zur Anmeldung
back-to-sign-up = Zurück zur Registrierung
back-to-recovery = Zurück zur Wiederherstellung
start-page = Zur Startseite
tell-request-id = Wenn es wieder geschieht, nennen Sie denen, die diese Seite betreiben, diese Nummer: { $id }

## Fehler nach ihrem Code in der API. Eine Fehlerseite hat den Titel, wo es einen gibt, als Überschrift und zeigt den Hinweis

invalid_username = Ungültiger Benutzername
    .advice = Prüfen Sie Ihre Eingabe und versuchen Sie es noch einmal.
invalid_password = Ungültiges Passwort
    .advice = Prüfen Sie Ihre Eingabe und versuchen Sie es noch einmal.
username_taken = Dieser Benutzername ist vergeben
    .advice = Wählen Sie einen anderen.
incorrect_credentials = Benutzername oder Passwort ist falsch
    .advice = Prüfen Sie Ihre Eingabe und versuchen Sie es noch einmal.
incorrect_password = Das Passwort ist falsch
    .advice = Prüfen Sie Ihre Eingabe und versuchen Sie es noch einmal.
incorrect_recovery_code = Benutzername oder Wiederherstellungscode ist falsch
    .advice = Prüfen Sie Ihre Eingabe und versuchen Sie es noch einmal.
malformed_request = Unlesbare Anfrage
    .title = Das hat nicht geklappt
    .advice = Was ankam, war nicht zu lesen. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
unauthenticated = Nicht angemeldet
    .title = Sie sind abgemeldet
    .advice = Ihre Sitzung ist beendet, darum ist nichts geschehen. Melden Sie sich an, um fortzufahren.
cross_origin = Anfrage von fremder Seite abgelehnt
    .title = Das kam von einer anderen Website
    .advice = Darum ist nichts geschehen. Öffnen Sie diese Seite selbst und versuchen Sie es noch einmal.
signup_closed = Die Registrierung ist geschlossen
    .advice = Zurzeit können hier keine neuen Konten angelegt werden. Fragen Sie, wer diese Seite betreibt.
invitation_required = Registrierung nur mit Einladung
    .advice = Fragen Sie nach einer Einladung, wer diese Seite betreibt.
invalid_link = Ungültiger Link
    .title = Dieser Link funktioniert nicht mehr
    .advice = Vielleicht wurde er benutzt oder ersetzt, oder er ist abgelaufen. Bitten Sie dort um einen neuen, wo Sie ihn bekommen haben.
account_disabled = Konto ist gesperrt
    .advice = Fragen Sie, wer diese Seite betreibt.
not_found = Nicht gefunden
    .title = Hier gibt es keine Seite
    .advice = Prüfen Sie die Adresse auf Tippfehler, oder gehen Sie zur Startseite.
method_not_allowed = Methode nicht erlaubt
    .title = So geht es hier nicht
    .advice = Diese Adresse lässt sich so nicht verwenden. Gehen Sie zur Startseite und versuchen Sie es von dort.
request_timeout = Zeit überschritten
    .title = Das hat zu lange gedauert
    .advice = Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.
payload_too_large = Zu viele Daten
    .title = Das ist zu viel Text
    .advice = Gehen Sie zurück und kürzen Sie Ihre Eingabe.
unsupported_media_type = Unbekanntes Format
    .title = Das hat nicht geklappt
    .advice = Das Formular kam in einer Form an, die hier nicht verstanden wird. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
too_many_attempts = Zu viele Versuche
    .advice = Warten Sie ein wenig und versuchen Sie es dann noch einmal.
header_fields_too_large = Zu große Kopfzeilen
    .title = Ihr Browser hat zu viele Cookies geschickt
    .advice = Löschen Sie die Cookies dieser Seite und versuchen Sie es noch einmal.
unknown = Ein unbekannter Fehler ist aufgetreten
    .title = Etwas ist schiefgegangen
    .advice = Der Fehler liegt bei uns. Versuchen Sie es gleich noch einmal.
overloaded = Der Server ist ausgelastet
    .title = Wir sind gleich wieder da
    .advice = Gerade melden sich viele Menschen an. Versuchen Sie es in ein paar Sekunden noch einmal.
unavailable = Die Konten sind nicht erreichbar
    .title = Wir sind gleich wieder da
    .advice = Die Konten sind gerade nicht erreichbar. Verloren ist nichts; versuchen Sie es gleich noch einmal.

## Genauere Hinweise; in der API das Feld `detail`

enter-username = Geben Sie Ihren Benutzernamen ein.
username-length = Ein Benutzername hat höchstens { $max } Zeichen.
username-differs = Das ist nicht Ihr Benutzername.
enter-password = Geben Sie Ihr Passwort ein.
password-length = Ein Passwort hat höchstens { $max } Zeichen.
enter-current-password = Geben Sie Ihr aktuelles Passwort ein.
password-for-codes = Geben Sie Ihr aktuelles Passwort ein, um Wiederherstellungscodes zu erzeugen.
code-shape = Ein Wiederherstellungscode hat { $count } Buchstaben und Ziffern.
code-works-once = Jeder Code gilt nur einmal. Versuchen Sie es mit einem anderen.
choose-another = Wählen Sie einen anderen.
use-characters = Verwenden Sie { $min } bis { $max } Zeichen.
surrounding-space = Lassen Sie das Leerzeichen am Anfang oder am Ende weg.
characters-unicode = Verwenden Sie Buchstaben, Ziffern, Satzzeichen und dazwischen Leerzeichen, aber nichts Unsichtbares.
characters-precis = Verwenden Sie Buchstaben und Ziffern Ihrer Schrift und ASCII-Satzzeichen, keine Leerzeichen.
characters-ascii = Verwenden Sie Buchstaben ohne Akzente, Ziffern und Satzzeichen.
open-at = Sie kam von einer anderen Adresse als { $url }, darum ist nichts geschehen. Öffnen Sie die Seite dort und versuchen Sie es noch einmal.
another-user = Inzwischen hat sich jemand anderes angemeldet, darum ist nichts geschehen. Öffnen Sie die Seite noch einmal.
mixed-scripts = Mischen Sie keine lateinischen, griechischen und kyrillischen Buchstaben.
reserved-username = Dieser Name ist reserviert. Wählen Sie einen anderen.
common-password = Dieses Passwort ist zu verbreitet.
password-is-username = Nehmen Sie nicht Ihren Benutzernamen.
enter-invitation = Geben Sie den Code Ihrer Einladung ein.
ask-for-link = Prüfen Sie den Code auf Tippfehler. Vielleicht wurde er auch schon benutzt oder ersetzt, oder er ist abgelaufen.
username-is-password = Nehmen Sie nicht Ihr Passwort.
username-not-invited = Die Einladung gilt für einen anderen Benutzernamen.
wait-seconds = { $seconds ->
    [one] Warten Sie eine Sekunde und versuchen Sie es dann noch einmal.
   *[other] Warten Sie { $seconds } Sekunden und versuchen Sie es dann noch einmal.
}
wait-minutes = { $minutes ->
    [one] Warten Sie eine Minute und versuchen Sie es dann noch einmal.
   *[other] Warten Sie { $minutes } Minuten und versuchen Sie es dann noch einmal.
}
transport = `transport` ist `cookie` oder `bearer`.
