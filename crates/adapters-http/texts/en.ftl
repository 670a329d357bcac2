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
closed = Sign-up is closed: no new accounts are made here at the moment. Ask the site's administrator.

## Going on to another site

signed-in = You are signed in
signed-out = You are signed out
continue-to = Continue to { $site }

## The profile and the account

profile = Profile
user-id = User id: { $id }
username-is = Username: { $name }
sign-out = Sign out
signed-in-as = You are signed in as { $name }.
devices = Where you are signed in
device = { $browser } on { $system }
device-unknown = A device that did not say what it is
since = Since { $when }
since-from = Since { $when }, from { $address }
this-device = This device
end = End
end-device = End the session of { $device }, since { $when }
end-others = End all others
show-all-devices = Show { $count }
devices-not-shown = { $count } more are not shown.
older-devices-not-shown = { $count } more and older ones are not shown.
sign-ins = Recent sign-ins
sign-ins-advice = Not you? Change your password.
event-sign-up = Account created
event-log-in = Signed in
event-password-changed = Password changed
event-recovered = Recovery code used
event-vouched = Signed in by the site
account = Your account
download-data = Download my data
change-password-title = Change your password
current-password = Current password
new-password = New password
change-password = Change password
change-password-hint = You stay signed in here; everywhere else you are signed out.
delete-title = Delete your account
delete-warning = Your account is removed with all that is kept of it, at once and for good.
delete = Delete account
done-password = Your password is changed. Everywhere else you are signed out, and recovery codes from before no longer work.
done-session = That device is signed out.
done-other-sessions = Everywhere else you are signed out.
back-to-account = Back to your account

## Recovery codes

forgot = Forgot your password?
codes-title = Recovery codes
codes-offer = Get recovery codes
codes-why = There is no e-mail here. If you forget your password, only a recovery code lets you back in.
make-codes = Make recovery codes
not-now = Not now
codes-left = You have { $left } of { $of } recovery codes left.
codes-few = { $left ->
    [one] You have one recovery code left. Make new ones before you need them.
   *[other] You have { $left } of { $of } recovery codes left. Make new ones before they run out.
}
codes-none = Recovery codes: none
codes-of = Recovery codes: { $left } of { $of } left
codes-what = Each code lets you back in once, if you forget your password.
codes-made = Yours were made { $when }.
codes-replaced = The codes that you have now will no longer work.
your-codes = Your recovery codes
codes-shown-once = These codes are shown only now. Codes from before no longer work.
codes-keep = Each lets you back in once, if you forget your password. Keep them where only you find them: on paper, or in a password manager.
sheet-title = Recovery codes of { $name } for { $site }, made { $when }
sheet-place = To use one, open { $url }
download = Download
print = Print
back-to-profile = Back to your profile
recover-title = Recover your account
recover-how = Enter one of your recovery codes and choose a new password. Everywhere else you are signed out.
recovery-code = Recovery code
code-hint = { $count } letters and digits. Spaces, hyphens and capitals do not matter.
recover = Recover account
no-codes = No recovery code? Then only the site's administrator can help you.

## Links on error pages

back-to-sign-in = Back to the sign-in page
back-to-sign-up = Back to the sign-up page
back-to-recovery = Back to the recovery page
start-page = Go to the start page
tell-request-id = If it happens again, tell the site's administrator this number: { $id }

## Errors by their code in the API. The pages show the advice

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
    .advice = What was sent could not be read. Go back, reload the page and try again.
unauthenticated = Unauthenticated
    .advice = You are not signed in, or your session has ended. Sign in to go on.
cross_origin = Cross-origin request refused
    .advice = The request came from another site, so nothing was done. Open this site and try again.
signup_closed = Sign-up is closed
    .advice = No new accounts are made here at the moment. Ask the site's administrator.
not_found = Not found
    .advice = There is no page at this address. Check it for a typing error, or go to the start page.
method_not_allowed = Method not allowed
    .advice = This address cannot be used in that way. Go to the start page and try from there.
request_timeout = Request timed out
    .advice = The request took too long to arrive. Check your connection and try again.
payload_too_large = Payload too large
    .advice = More was sent than a form here can hold. Go back and shorten what you typed.
unsupported_media_type = Unsupported media type
    .advice = The form was sent in a way that is not understood here. Go back, reload the page and try again.
too_many_attempts = Too many attempts
    .advice = Too much was tried in a short time. Wait a little, then try again.
header_fields_too_large = Request header fields too large
    .advice = Your browser sent more along than this site takes, most often too many cookies. Delete the cookies of this site and try again.
unknown = An unknown error occurred
    .advice = Something went wrong on our side. Try again in a moment.
overloaded = Server is busy
    .advice = Many people are signing in right now. Try again in a few seconds.
unavailable = Store unavailable
    .advice = Accounts cannot be reached right now. Nothing was lost; try again in a moment.

## Advice in more detail; in the API the `detail` of the error

enter-username = Enter your username, 1 to { $max } characters.
enter-password = Enter your password, 1 to { $max } characters.
enter-current-password = Enter your current password, 1 to { $max } characters.
password-for-codes = Enter your current password to make new recovery codes.
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
common-password = That password is too common. Choose another.
password-is-username = Don't use your username as your password.
wait-seconds = { $seconds ->
    [one] Wait a second, then try again.
   *[other] Wait { $seconds } seconds, then try again.
}
wait-minutes = { $minutes ->
    [one] Wait a minute, then try again.
   *[other] Wait { $minutes } minutes, then try again.
}
transport = `transport` is `cookie` or `bearer`.
