# De teksten van de pagina's in het Nederlands. Lezers zijn "je".

## Woorden en links op meerdere pagina's

error-title = Fout: { $title }
username = Gebruikersnaam
password = Wachtwoord
characters = { $min } tot en met { $max } tekens.
password-hint = { $min } tot en met { $max } tekens. Een paar woorden achter elkaar zijn makkelijk te onthouden en moeilijk te raden.
show = Toon
show-password = Toon wachtwoord
hide = Verberg
hide-password = Verberg wachtwoord
sign-in = Inloggen
sign-up = Registreren

## Inloggen en registreren

new-here = Nog geen account?
create-account = Account aanmaken
have-account = Heb je al een account?
cookie-missing = Heb je net ingelogd? Dan heeft je browser de cookie niet bewaard die je ingelogd houdt. Sta cookies toe voor deze site, of open de site op { $url }
closed = Je kunt hier op dit moment geen nieuw account aanmaken. Neem contact op met de beheerder van de site.
invited = Je bent uitgenodigd. Kies een gebruikersnaam en een wachtwoord.
invitation = Uitnodigingscode
invitation-hint = Uit de link of het briefje dat je hebt gekregen.

## Verder naar een andere site

signed-in = Je bent ingelogd
signed-out = Je bent uitgelogd
password-changed = Je wachtwoord is gewijzigd
continue-to = Verder naar { $site }
continue = Verder
back-to-app = Terug naar { $app }

## Het profiel en het account

profile = Profiel
user-id = Gebruikers-ID: { $id }
username-is = Gebruikersnaam: { $name }
sign-out = Uitloggen
signed-in-as = Je bent ingelogd als { $name }.
stay-signed-in = Ingelogd blijven
account = Je account
download-data = Je gegevens downloaden
download-data-what = Alles wat over je is opgeslagen, als JSON-bestand.
change-password-title = Wachtwoord wijzigen
change-password-what = Je wordt meteen overal elders uitgelogd.
current-password = Huidig wachtwoord
new-password = Nieuw wachtwoord
change-password = Wachtwoord wijzigen
change-password-hint = Hier blijf je ingelogd; overal elders word je uitgelogd.
change-username-title = Gebruikersnaam wijzigen
change-username-what = Je blijft overal ingelogd.
change-username-hint = Vanaf nu log je in met de nieuwe naam. De oude is meteen vrij voor anderen.
change-username = Gebruikersnaam wijzigen
username-changed = Je gebruikersnaam is gewijzigd
delete-title = Account verwijderen
delete-what = Je account en de gegevens ervan wissen.
delete-warning = Je account en de gegevens ervan worden definitief verwijderd.
delete-confirm = Vul ter bevestiging je gebruikersnaam en je huidige wachtwoord in.
delete = Account verwijderen
back-to-account = Terug naar je account

## Waar iemand is ingelogd

sessions-title = Waar je bent ingelogd
sessions-what = Je apparaten bekijken en uitloggen.
device = { $browser } op { $system }
device-unknown = Onbekend apparaat
signed-in-at = Ingelogd:
last-used-at = Laatst gebruikt:
this-device = Dit apparaat
sign-out-device = { $device } uitloggen
sign-out-others = Overal elders uitloggen
show-all-devices = Alle { $count } apparaten tonen
devices-not-shown = Niet getoonde apparaten: { $count }.
older-devices-not-shown = Niet getoonde apparaten: { $count } en nog oudere.
sign-ins = Recente inlogactiviteit
sign-ins-advice = Herken je iets niet? Wijzig je wachtwoord.
event-sign-up = Account aangemaakt
event-log-in = Ingelogd
event-password-changed = Wachtwoord gewijzigd
event-recovered = Herstelcode gebruikt
event-password-reset = Wachtwoord gekozen via een link
event-vouched = Ingelogd door de site

## Wat net is gedaan

done-password = Je wachtwoord is gewijzigd. Je bent overal elders uitgelogd en eerdere herstelcodes werken niet meer.
done-recovered = Je bent weer ingelogd en je nieuwe wachtwoord is ingesteld. Je bent overal elders uitgelogd.
done-username = Je gebruikersnaam is gewijzigd.
done-reset = Je nieuwe wachtwoord is ingesteld en je bent ingelogd. Overal elders ben je uitgelogd.
done-session = Dat apparaat is uitgelogd.
done-other-sessions = Je bent overal elders uitgelogd.
done-signed-out = Je bent uitgelogd.
done-deleted = Je account is verwijderd.

## Herstelcodes

forgot = Wachtwoord vergeten?
codes-title = Herstelcodes
codes-offer = Zorg voor herstelcodes
codes-why = Hier komt geen e-mail aan te pas. Als je je wachtwoord vergeet, kom je alleen met een herstelcode weer binnen.
create-codes = Herstelcodes aanmaken
not-now = Niet nu
codes-left = Je hebt nog { $left } van de { $of } herstelcodes.
codes-few = { $left ->
    [one] Je hebt nog één herstelcode. Maak nieuwe aan voordat je ze nodig hebt.
   *[other] Je hebt nog { $left } van de { $of } herstelcodes. Maak nieuwe aan voordat ze op zijn.
}
codes-none = Je hebt geen herstelcodes.
codes-what = Als je je wachtwoord vergeet, kom je met elke code één keer weer binnen.
codes-created-at = Aangemaakt:
codes-replaced = De codes die je nu hebt, werken dan niet meer.
your-codes = Je herstelcodes
codes-shown-once = Bewaar ze nu: ze worden niet nog eens getoond.
codes-keep = Als je je wachtwoord vergeet, kom je met elke code één keer weer binnen. Bewaar ze op papier of in een wachtwoordmanager. Eerdere codes werken niet meer.
sheet-title = Herstelcodes van { $name } voor { $site }, aangemaakt op { $when }
sheet-place = Om er een te gebruiken, open je { $url }
download = Downloaden
print = Afdrukken
copy = Kopiëren
copied = Gekopieerd
back-to-profile = Terug naar je profiel
recover-title = Account herstellen
recover-how = Vul een van je herstelcodes in en kies een nieuw wachtwoord. Je wordt overal elders uitgelogd.
recovery-code = Herstelcode
code-hint = { $count } letters en cijfers. Spaties, streepjes en hoofdletters maken niet uit.
recover = Account herstellen
reset-title = Nieuw wachtwoord kiezen
reset-how = Je wordt hier ingelogd en overal elders uitgelogd.
reset = Wachtwoord opslaan en inloggen
link-code-title = Heb je een link gekregen?
link-code = Code van de link
no-codes = Geen herstelcode? Dan kan alleen de beheerder van de site je helpen.

## Links op foutpagina's

back-to-sign-in = Terug naar inloggen
back-to-sign-up = Terug naar registreren
back-to-recovery = Terug naar account herstellen
start-page = Naar de startpagina
tell-request-id = Gebeurt het nog eens, geef dan dit nummer door aan de beheerder van de site: { $id }

## Fouten naar hun code in de API. Een foutpagina heeft de titel, als die er is, als kop en toont het advies

invalid_username = Ongeldige gebruikersnaam
    .advice = Controleer wat je hebt ingevuld en probeer het opnieuw.
invalid_password = Ongeldig wachtwoord
    .advice = Controleer wat je hebt ingevuld en probeer het opnieuw.
username_taken = Deze gebruikersnaam is al bezet
    .advice = Kies een andere.
incorrect_credentials = Gebruikersnaam of wachtwoord onjuist
    .advice = Controleer wat je hebt ingevuld en probeer het opnieuw.
incorrect_password = Onjuist wachtwoord
    .advice = Controleer wat je hebt ingevuld en probeer het opnieuw.
incorrect_recovery_code = Gebruikersnaam of herstelcode onjuist
    .advice = Controleer wat je hebt ingevuld en probeer het opnieuw.
malformed_request = Onleesbaar verzoek
    .title = Dat is niet gelukt
    .advice = Wat werd verstuurd, was niet te lezen. Ga terug, laad de pagina opnieuw en probeer het nog eens.
unauthenticated = Niet ingelogd
    .title = Je bent uitgelogd
    .advice = Je sessie is afgelopen, dus er is niets gedaan. Log in om verder te gaan.
cross_origin = Verzoek van een andere herkomst geweigerd
    .title = Dat kwam van een andere site
    .advice = Er is niets gedaan. Open deze site en probeer het opnieuw.
signup_closed = De registratie is gesloten
    .advice = Je kunt hier op dit moment geen nieuw account aanmaken. Neem contact op met de beheerder van de site.
invitation_required = Registreren kan alleen op uitnodiging
    .advice = Vraag de beheerder van de site om een uitnodiging.
invalid_link = Ongeldige link
    .title = Deze link werkt niet meer
    .advice = Misschien is hij gebruikt of vervangen, of is hij verlopen. Vraag om een nieuwe waar je hem hebt gekregen.
account_disabled = Account is uitgeschakeld
    .advice = Neem contact op met de beheerder van de site.
not_found = Niet gevonden
    .title = Hier is geen pagina
    .advice = Controleer het adres op typefouten of ga naar de startpagina.
method_not_allowed = Methode niet toegestaan
    .title = Dat werkt hier niet
    .advice = Dit adres kan niet zo worden gebruikt. Ga naar de startpagina en probeer het van daaruit.
request_timeout = Tijd verstreken
    .title = Dat duurde te lang
    .advice = Controleer je verbinding en probeer het opnieuw.
payload_too_large = Te veel gegevens
    .title = Dat is te veel tekst
    .advice = Ga terug en kort in wat je hebt ingevuld.
unsupported_media_type = Niet-ondersteund mediatype
    .title = Dat is niet gelukt
    .advice = Het formulier is verstuurd in een vorm die hier niet wordt ondersteund. Ga terug, laad de pagina opnieuw en probeer het nog eens.
too_many_attempts = Te veel pogingen
    .advice = Wacht even en probeer het dan opnieuw.
header_fields_too_large = Te grote headers in het verzoek
    .title = Je browser heeft te veel cookies gestuurd
    .advice = Verwijder de cookies van deze site en probeer het opnieuw.
unknown = Er is een onbekende fout opgetreden
    .title = Er ging iets mis
    .advice = De fout ligt bij ons. Probeer het zo meteen opnieuw.
overloaded = De server is overbelast
    .title = We zijn zo terug
    .advice = Er loggen nu veel mensen in. Probeer het over een paar seconden opnieuw.
unavailable = De accounts zijn niet beschikbaar
    .title = We zijn zo terug
    .advice = De accounts zijn nu niet bereikbaar. Er is niets verloren gegaan; probeer het zo meteen opnieuw.

## Preciezer advies; in de API het veld `detail` van de fout

enter-username = Vul je gebruikersnaam in.
username-length = Een gebruikersnaam heeft maximaal { $max } tekens.
username-differs = Dit is niet je gebruikersnaam.
enter-password = Vul je wachtwoord in.
password-length = Een wachtwoord heeft maximaal { $max } tekens.
enter-current-password = Vul je huidige wachtwoord in.
password-for-codes = Vul je huidige wachtwoord in om herstelcodes aan te maken.
code-shape = Een herstelcode heeft { $count } letters en cijfers.
code-works-once = Elke code werkt één keer. Probeer een andere.
choose-another = Kies een andere.
use-characters = Gebruik { $min } tot en met { $max } tekens.
surrounding-space = Laat de spatie aan het begin of het eind weg.
characters-unicode = Gebruik letters, cijfers, leestekens en spaties daartussen; niets wat onzichtbaar is.
characters-precis = Gebruik letters en cijfers van je eigen schrift en ASCII-leestekens; geen spaties.
characters-ascii = Gebruik letters zonder accenten, cijfers en leestekens.
open-at = Het verzoek kwam niet van { $url }, dus er is niets gedaan. Open de site op dat adres en probeer het opnieuw.
another-user = Intussen heeft iemand anders ingelogd, dus er is niets gedaan. Open de pagina opnieuw.
mixed-scripts = Gebruik geen Latijnse, Griekse en Cyrillische letters door elkaar.
reserved-username = Deze naam is gereserveerd. Kies een andere.
common-password = Dit wachtwoord komt te vaak voor.
password-is-username = Gebruik niet je gebruikersnaam.
enter-invitation = Vul de code van je uitnodiging in.
ask-for-link = Controleer de code op typefouten. Misschien is hij ook al gebruikt, vervangen of verlopen.
username-is-password = Gebruik niet je wachtwoord.
username-not-invited = De uitnodiging is voor een andere gebruikersnaam.
wait-seconds = { $seconds ->
    [one] Wacht een seconde en probeer het dan opnieuw.
   *[other] Wacht { $seconds } seconden en probeer het dan opnieuw.
}
wait-minutes = { $minutes ->
    [one] Wacht een minuut en probeer het dan opnieuw.
   *[other] Wacht { $minutes } minuten en probeer het dan opnieuw.
}
transport = `transport` moet `cookie` of `bearer` zijn.
