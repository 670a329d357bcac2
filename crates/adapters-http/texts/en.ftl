# The texts of the pages in English. Every language has the same messages with the same variables; a test compares them. Syntax: https://projectfluent.org/fluent/guide

## Words and links that several pages share

error-title = Error: { $title }
username = Username
password = Password
characters = { $min } to { $max } characters.
password-hint = { $min } to { $max } characters. A few words in a row are easy to remember and hard to guess.
show = Show
show-password = Show password
hide = Hide
hide-password = Hide password
sign-in = Sign in
sign-up = Sign up

## Signing in and up

new-here = New here?
create-account = Create an account
have-account = Have an account?
cookie-missing = If you have just signed in, your browser did not keep the cookie that keeps you signed in. Allow cookies for this site, or open it at { $url }
closed = No new accounts can be created here at the moment. Ask the site's administrator.
invited = You were invited. Choose a username and a password.
invitation = Invitation code
invitation-hint = From the link or the note that you were given.

## Going on to another site

signed-in = You're signed in
signed-out = You're signed out
password-changed = Your password was changed
continue-to = Continue to { $site }
continue = Continue
back-to-app = Back to { $app }

## The profile and the account

profile = Profile
user-id = User id: { $id }
username-is = Username: { $name }
sign-out = Sign out
signed-in-as = You're signed in as { $name }.
stay-signed-in = Stay signed in
account = Your account
download-data = Download your data
download-data-what = Everything that is stored about you, as a JSON file.
change-password-title = Change your password
change-password-what = Sign out everywhere else at the same time.
current-password = Current password
new-password = New password
change-password = Change password
change-password-hint = You stay signed in here and are signed out everywhere else.
change-username-title = Change your username
change-username-what = You stay signed in everywhere.
change-username-hint = From now on you sign in with the new name. The old one is free for others at once.
change-username = Change username
username-changed = Your username was changed
delete-title = Delete your account
delete-what = Remove your account and its data.
delete-warning = This permanently deletes your account and its data.
delete-confirm = Type your username and your current password to confirm.
delete = Delete account
back-to-account = Back to your account

## Where a user is signed in

sessions-title = Where you're signed in
sessions-what = See your devices, and sign them out.
device = { $browser } on { $system }
device-unknown = Unknown device
signed-in-at = Signed in:
last-used-at = Last used:
this-device = This device
sign-out-device = Sign out { $device }
sign-out-others = Sign out everywhere else
show-all-devices = Show all { $count }
devices-not-shown = { $count } more are not shown.
older-devices-not-shown = { $count } more and older ones are not shown.
sign-ins = Recent sign-ins
sign-ins-advice = Don't recognise one? Change your password.
event-sign-up = Account created
event-log-in = Signed in
event-password-changed = Password changed
event-recovered = Recovery code used
event-password-reset = Password chosen by a link
event-vouched = Signed in by the site

## What was just done

done-password = Your password was changed. You're signed out everywhere else, and recovery codes from before no longer work.
done-recovered = You're back in, and your new password is set. You're signed out everywhere else.
done-username = Your username was changed.
done-reset = Your new password is set, and you're signed in. You're signed out everywhere else.
done-session = That device was signed out.
done-other-sessions = You're signed out everywhere else.
done-signed-out = You're signed out.
done-deleted = Your account was deleted.

## Recovery codes

forgot = Forgot your password?
codes-title = Recovery codes
codes-offer = Get recovery codes
codes-why = There is no e-mail here. If you forget your password, only a recovery code lets you back in.
create-codes = Create recovery codes
not-now = Not now
codes-left = You have { $left } of { $of } recovery codes left.
codes-few = { $left ->
    [one] You have one recovery code left. Create new ones before you need them.
   *[other] You have { $left } of { $of } recovery codes left. Create new ones before they run out.
}
codes-none = You have no recovery codes.
codes-what = Each code lets you back in once if you forget your password.
codes-created-at = Created:
codes-replaced = The codes that you have now will no longer work.
your-codes = Your recovery codes
codes-shown-once = Save these now: they won't be shown again.
codes-keep = Each lets you back in once if you forget your password. Keep them on paper or in a password manager. Codes from before no longer work.
sheet-title = Recovery codes of { $name } for { $site }, created { $when }
sheet-place = To use one, open { $url }
download = Download
print = Print
copy = Copy
copied = Copied
back-to-profile = Back to your profile
recover-title = Recover your account
recover-how = Enter one of your recovery codes and choose a new password. You will be signed out everywhere else.
recovery-code = Recovery code
code-hint = { $count } letters and digits. Spaces, hyphens and capitals do not matter.
recover = Recover account
reset-title = Choose a new password
reset-how = You will be signed in here, and signed out everywhere else.
reset = Save password and sign in
link-code-title = Were you given a link?
link-code = Code of the link
no-codes = No recovery code? Then only the site's administrator can help you.

## Links on error pages

back-to-sign-in = Back to the sign-in page
back-to-sign-up = Back to the sign-up page
back-to-recovery = Back to the recovery page
start-page = Go to the start page
tell-request-id = If it happens again, tell the site's administrator this number: { $id }

## Errors by their code in the API. An error page has the title as its heading, where there is one, and shows the advice

invalid_username = Invalid username
    .advice = Check what you typed and try again.
invalid_password = Invalid password
    .advice = Check what you typed and try again.
username_taken = Username already taken
    .advice = Choose another one.
incorrect_credentials = Incorrect username or password
    .advice = Check what you typed and try again.
incorrect_password = Incorrect password
    .advice = Check what you typed and try again.
incorrect_recovery_code = Incorrect username or recovery code
    .advice = Check what you typed and try again.
malformed_request = Malformed request
    .title = That didn't work
    .advice = What was sent could not be read. Go back, reload the page and try again.
unauthenticated = Unauthenticated
    .title = You're signed out
    .advice = Your session has ended, so nothing was done. Sign in to go on.
cross_origin = Cross-origin request refused
    .title = That came from another site
    .advice = Nothing was done. Open this site and try again.
signup_closed = Sign-up is closed
    .advice = No new accounts can be created here at the moment. Ask the site's administrator.
invitation_required = Sign-up is by invitation
    .advice = Ask the site's administrator for an invitation.
invalid_link = Invalid link
    .title = This link doesn't work any more
    .advice = It may have been used or replaced, or it may have expired. Ask for a new one where you got it.
account_disabled = Account is disabled
    .advice = Ask the site's administrator.
not_found = Not found
    .title = There's no page here
    .advice = Check the address for a typing error, or go to the start page.
method_not_allowed = Method not allowed
    .title = That doesn't work here
    .advice = This address cannot be used in that way. Go to the start page and try from there.
request_timeout = Request timed out
    .title = That took too long
    .advice = Check your connection and try again.
payload_too_large = Payload too large
    .title = That's too much text
    .advice = Go back and shorten what you typed.
unsupported_media_type = Unsupported media type
    .title = That didn't work
    .advice = The form was sent in a way that is not understood here. Go back, reload the page and try again.
too_many_attempts = Too many attempts
    .advice = Wait a little, then try again.
header_fields_too_large = Request header fields too large
    .title = Your browser sent too many cookies
    .advice = Delete the cookies of this site and try again.
unknown = An unknown error occurred
    .title = Something went wrong
    .advice = The fault is on our side. Try again in a moment.
overloaded = Server is busy
    .title = We'll be right back
    .advice = Many people are signing in right now. Try again in a few seconds.
unavailable = Store unavailable
    .title = We'll be right back
    .advice = Accounts cannot be reached right now. Nothing was lost; try again in a moment.

## Advice in more detail; in the API the `detail` of the error

enter-username = Enter your username.
username-length = A username has at most { $max } characters.
username-differs = This isn't your username.
enter-password = Enter your password.
password-length = A password has at most { $max } characters.
enter-current-password = Enter your current password.
password-for-codes = Enter your current password to create recovery codes.
code-shape = A recovery code has { $count } letters and digits.
code-works-once = Each code works once. Try another one.
choose-another = Choose another one.
use-characters = Use { $min } to { $max } characters.
surrounding-space = Leave out the space at the start or the end.
characters-unicode = Use letters, digits, punctuation and spaces between them; nothing that does not show.
characters-precis = Use letters and digits of your script, and ASCII punctuation; no spaces.
characters-ascii = Use unaccented letters, digits and punctuation.
open-at = It came from another address than { $url }, so nothing was done. Open the site there and try again.
another-user = Another user signed in meanwhile, so nothing was done. Open the page again.
mixed-scripts = Do not mix Latin, Greek and Cyrillic letters.
reserved-username = This name is reserved. Choose another one.
common-password = That password is too common.
password-is-username = Don't use your username.
enter-invitation = Enter the code of your invitation.
ask-for-link = Check the code for a typing error. It may also have been used, replaced or have expired.
username-is-password = Don't use your password.
username-not-invited = The invitation is for another username.
wait-seconds = { $seconds ->
    [one] Wait a second, then try again.
   *[other] Wait { $seconds } seconds, then try again.
}
wait-minutes = { $minutes ->
    [one] Wait a minute, then try again.
   *[other] Wait { $minutes } minutes, then try again.
}
transport = `transport` is `cookie` or `bearer`.
