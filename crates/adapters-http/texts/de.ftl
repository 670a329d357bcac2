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
closed = Die Registrierung ist geschlossen: Zurzeit werden hier keine neuen Konten angelegt. Fragen Sie, wer diese Seite betreibt.

## Weiter zu einer anderen Seite

signed-in = Sie sind angemeldet
signed-out = Sie sind abgemeldet
continue-to = Weiter zu { $site }

## Das Profil und das Konto

profile = Profil
user-id = Benutzer-ID: { $id }
username-is = Benutzername: { $name }
sign-out = Abmelden
signed-in-as = Sie sind als { $name } angemeldet.
devices = Wo Sie angemeldet sind
device = { $browser } unter { $system }
device-unknown = Ein Gerät, das nicht sagt, was es ist
since = Seit { $when }
since-from = Seit { $when }, von { $address }
this-device = Dieses Gerät
end = Beenden
end-device = Die Sitzung von { $device } seit { $when } beenden
end-others = Alle anderen beenden
show-all-devices = { $count } anzeigen
devices-not-shown = { $count } weitere werden nicht angezeigt.
older-devices-not-shown = { $count } weitere und ältere werden nicht angezeigt.
sign-ins = Letzte Anmeldungen
sign-ins-advice = Das waren nicht Sie? Ändern Sie Ihr Passwort.
event-sign-up = Konto erstellt
event-log-in = Angemeldet
event-password-changed = Passwort geändert
event-recovered = Wiederherstellungscode benutzt
event-vouched = Von der Website angemeldet
account = Ihr Konto
download-data = Meine Daten herunterladen
change-password-title = Passwort ändern
current-password = Aktuelles Passwort
new-password = Neues Passwort
change-password = Passwort ändern
change-password-hint = Hier bleiben Sie angemeldet, überall sonst werden Sie abgemeldet.
delete-title = Konto löschen
delete-warning = Ihr Konto wird mit allem, was davon gespeichert ist, sofort und endgültig gelöscht.
delete = Konto löschen
done-password = Ihr Passwort ist geändert. Überall sonst sind Sie abgemeldet, und frühere Wiederherstellungscodes gelten nicht mehr.
done-session = Dieses Gerät ist abgemeldet.
done-other-sessions = Überall sonst sind Sie abgemeldet.
back-to-account = Zurück zu Ihrem Konto

## Wiederherstellungscodes

forgot = Passwort vergessen?
codes-title = Wiederherstellungscodes
codes-offer = Wiederherstellungscodes anlegen
codes-why = Hier gibt es keine E-Mail. Wenn Sie Ihr Passwort vergessen, kommen Sie nur mit einem Wiederherstellungscode wieder hinein.
make-codes = Codes erzeugen
not-now = Nicht jetzt
codes-left = Sie haben noch { $left } von { $of } Wiederherstellungscodes.
codes-few = { $left ->
    [one] Sie haben noch einen Wiederherstellungscode. Erzeugen Sie neue, bevor Sie sie brauchen.
   *[other] Sie haben noch { $left } von { $of } Wiederherstellungscodes. Erzeugen Sie neue, bevor sie aufgebraucht sind.
}
codes-none = Wiederherstellungscodes: keine
codes-of = Wiederherstellungscodes: noch { $left } von { $of }
codes-what = Mit jedem Code kommen Sie einmal wieder hinein, wenn Sie Ihr Passwort vergessen haben.
codes-made = Ihre sind von { $when }.
codes-replaced = Die Codes, die Sie jetzt haben, gelten dann nicht mehr.
your-codes = Ihre Codes
codes-shown-once = Diese Codes werden nur jetzt gezeigt. Frühere Codes gelten nicht mehr.
codes-keep = Mit jedem kommen Sie einmal wieder hinein, wenn Sie Ihr Passwort vergessen haben. Bewahren Sie sie so auf, dass nur Sie sie finden: auf Papier oder in einem Passwortmanager.
sheet-title = Wiederherstellungscodes von { $name } für { $site }, erzeugt { $when }
sheet-place = Einlösen unter { $url }
download = Herunterladen
print = Drucken
back-to-profile = Zurück zu Ihrem Profil
recover-title = Zugang wiederherstellen
recover-how = Geben Sie einen Ihrer Wiederherstellungscodes ein und wählen Sie ein neues Passwort. Überall sonst werden Sie abgemeldet.
recovery-code = Wiederherstellungscode
code-hint = { $count } Buchstaben und Ziffern. Leerzeichen, Bindestriche und Großschreibung sind gleichgültig.
recover = Wiederherstellen
no-codes = Kein Wiederherstellungscode? Dann kann Ihnen nur helfen, wer diese Seite betreibt.

## Links auf Fehlerseiten

back-to-sign-in = Zurück zur Anmeldung
back-to-sign-up = Zurück zur Registrierung
back-to-recovery = Zurück zur Wiederherstellung
start-page = Zur Startseite
tell-request-id = Wenn es wieder geschieht, nennen Sie denen, die diese Seite betreiben, diese Nummer: { $id }

## Fehler nach ihrem Code in der API

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
    .advice = Was ankam, war nicht zu lesen. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
unauthenticated = Nicht angemeldet
    .advice = Sie sind nicht angemeldet, oder Ihre Sitzung ist beendet. Melden Sie sich an, um fortzufahren.
cross_origin = Anfrage von fremder Seite abgelehnt
    .advice = Die Anfrage kam von einer anderen Website, darum ist nichts geschehen. Öffnen Sie diese Seite selbst und versuchen Sie es noch einmal.
signup_closed = Die Registrierung ist geschlossen
    .advice = Zurzeit werden hier keine neuen Konten angelegt. Fragen Sie, wer diese Seite betreibt.
not_found = Nicht gefunden
    .advice = Unter dieser Adresse gibt es keine Seite. Prüfen Sie sie auf Tippfehler, oder gehen Sie zur Startseite.
method_not_allowed = So nicht möglich
    .advice = Diese Adresse lässt sich so nicht verwenden. Gehen Sie zur Startseite und versuchen Sie es von dort.
request_timeout = Zeit überschritten
    .advice = Die Anfrage kam nicht rechtzeitig an. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.
payload_too_large = Zu viele Daten
    .advice = Es kam mehr an, als hier in ein Formular passt. Gehen Sie zurück und kürzen Sie Ihre Eingabe.
unsupported_media_type = Unbekanntes Format
    .advice = Das Formular kam in einer Form an, die hier nicht verstanden wird. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
too_many_attempts = Zu viele Versuche
    .advice = In kurzer Zeit wurde zu viel versucht. Warten Sie ein wenig und versuchen Sie es dann noch einmal.
header_fields_too_large = Zu große Kopfzeilen
    .advice = Ihr Browser hat mehr mitgeschickt, als diese Seite annimmt, meist zu viele Cookies. Löschen Sie die Cookies dieser Seite und versuchen Sie es noch einmal.
unknown = Ein unbekannter Fehler ist aufgetreten
    .advice = Bei uns ist etwas schiefgegangen. Versuchen Sie es gleich noch einmal.
overloaded = Der Server ist ausgelastet
    .advice = Gerade melden sich viele Menschen an. Versuchen Sie es in ein paar Sekunden noch einmal.
unavailable = Die Konten sind nicht erreichbar
    .advice = Die Konten sind gerade nicht erreichbar. Verloren ist nichts; versuchen Sie es gleich noch einmal.

## Genauere Hinweise; in der API das Feld `detail`

enter-username = Geben Sie Ihren Benutzernamen ein, 1 bis { $max } Zeichen.
enter-password = Geben Sie Ihr Passwort ein, 1 bis { $max } Zeichen.
enter-current-password = Geben Sie Ihr aktuelles Passwort ein, 1 bis { $max } Zeichen.
password-for-codes = Geben Sie Ihr aktuelles Passwort ein, um neue Wiederherstellungscodes zu erzeugen.
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
common-password = Dieses Passwort ist zu verbreitet. Wählen Sie ein anderes.
password-is-username = Nehmen Sie nicht Ihren Benutzernamen als Passwort.
wait-seconds = { $seconds ->
    [one] Warten Sie eine Sekunde und versuchen Sie es dann noch einmal.
   *[other] Warten Sie { $seconds } Sekunden und versuchen Sie es dann noch einmal.
}
wait-minutes = { $minutes ->
    [one] Warten Sie eine Minute und versuchen Sie es dann noch einmal.
   *[other] Warten Sie { $minutes } Minuten und versuchen Sie es dann noch einmal.
}
transport = `transport` ist `cookie` oder `bearer`.
