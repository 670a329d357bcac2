# Los textos de las páginas en español. Se trata de usted.

## Palabras y enlaces comunes a varias páginas

error-title = Error: { $title }
username = Nombre de usuario
password = Contraseña
characters = De { $min } a { $max } caracteres.
password-hint = De { $min } a { $max } caracteres. Unas cuantas palabras seguidas son fáciles de recordar y difíciles de adivinar.
show = Mostrar
show-password = Mostrar contraseña
hide = Ocultar
hide-password = Ocultar contraseña
sign-in = Iniciar sesión
sign-up = Crear cuenta

## Inicio de sesión y registro

new-here = ¿Aún no tiene cuenta?
create-account = Crear una cuenta
have-account = ¿Ya tiene una cuenta?
cookie-missing = Si acaba de iniciar sesión, su navegador no ha guardado la cookie que mantiene la sesión abierta. Permita las cookies de este sitio o ábralo en { $url }
closed = En este momento no se pueden crear cuentas nuevas aquí. Consulte al administrador del sitio.
invited = Ha recibido una invitación. Elija un nombre de usuario y una contraseña.
invitation = Código de invitación
invitation-hint = Está en el enlace o en la nota que recibió.

## De camino a otro sitio

signed-in = Ha iniciado sesión
signed-out = Ha cerrado sesión
password-changed = Se ha cambiado su contraseña
continue-to = Continuar a { $site }
continue = Continuar
back-to-app = Volver a { $app }

## El perfil y la cuenta

profile = Perfil
user-id = ID de usuario: { $id }
username-is = Nombre de usuario: { $name }
sign-out = Cerrar sesión
signed-in-as = Ha iniciado sesión como { $name }.
stay-signed-in = Mantener la sesión abierta
account = Su cuenta
download-data = Descargar sus datos
download-data-what = Todo lo que se guarda sobre usted, en un archivo JSON.
change-password-title = Cambiar la contraseña
change-password-what = Al mismo tiempo se cierran las demás sesiones.
current-password = Contraseña actual
new-password = Nueva contraseña
change-password = Cambiar contraseña
change-password-hint = Esta sesión sigue abierta y las demás se cierran.
change-username-title = Cambiar el nombre de usuario
change-username-what = Sus sesiones siguen abiertas en todas partes.
change-username-hint = A partir de ahora iniciará sesión con el nombre nuevo. El anterior queda libre para otros de inmediato.
change-username = Cambiar nombre
username-changed = Se cambió su nombre de usuario
delete-title = Eliminar la cuenta
delete-what = Borrar su cuenta y sus datos.
delete-warning = Su cuenta y sus datos se eliminarán de forma permanente.
delete-confirm = Para confirmar, escriba su nombre de usuario y su contraseña actual.
delete = Eliminar cuenta
back-to-account = Volver a su cuenta

## Dónde hay una sesión abierta

sessions-title = Dónde ha iniciado sesión
sessions-what = Ver sus dispositivos y cerrar sesión en ellos.
device = { $browser } en { $system }
device-unknown = Dispositivo desconocido
signed-in-at = Inicio de sesión:
last-used-at = Último uso:
this-device = Este dispositivo
sign-out-device = Cerrar sesión en { $device }
sign-out-others = Cerrar las demás sesiones
show-all-devices = Mostrar los { $count } dispositivos
devices-not-shown = Dispositivos sin mostrar: { $count }.
older-devices-not-shown = Dispositivos sin mostrar: { $count } y otros más antiguos.
sign-ins = Inicios de sesión recientes
sign-ins-advice = ¿No reconoce alguno? Cambie la contraseña.
event-sign-up = Cuenta creada
event-log-in = Inicio de sesión
event-password-changed = Contraseña cambiada
event-recovered = Código de recuperación usado
event-password-reset = Contraseña elegida mediante un enlace
event-vouched = Sesión iniciada por el sitio

## Lo que se acaba de hacer

done-password = Se ha cambiado su contraseña. Se han cerrado las demás sesiones y los códigos de recuperación anteriores ya no sirven.
done-recovered = Ha recuperado el acceso y su nueva contraseña está guardada. Se han cerrado las demás sesiones.
done-username = Se cambió su nombre de usuario.
done-reset = Su nueva contraseña está guardada y ha iniciado sesión. Se cerró la sesión en todos los demás sitios.
done-session = Se ha cerrado la sesión en ese dispositivo.
done-other-sessions = Se han cerrado las demás sesiones.
done-signed-out = Ha cerrado sesión.
done-deleted = Se ha eliminado su cuenta.

## Códigos de recuperación

forgot = ¿Ha olvidado la contraseña?
codes-title = Códigos de recuperación
codes-offer = Obtener códigos de recuperación
codes-why = Aquí no se usa el correo electrónico. Si olvida la contraseña, solo podrá volver a entrar con un código de recuperación.
create-codes = Crear códigos de recuperación
not-now = Ahora no
codes-left = Le quedan { $left } de { $of } códigos de recuperación.
codes-few = { $left ->
    [one] Le queda un código de recuperación. Cree otros nuevos antes de necesitarlos.
   *[other] Le quedan { $left } de { $of } códigos de recuperación. Cree otros nuevos antes de que se le acaben.
}
codes-none = No tiene códigos de recuperación.
codes-what = Si olvida la contraseña, cada código le permite volver a entrar una vez.
codes-created-at = Creación:
codes-replaced = Los códigos que tiene ahora dejarán de servir.
your-codes = Sus códigos de recuperación
codes-shown-once = Guárdelos ahora: no se volverán a mostrar.
codes-keep = Si olvida la contraseña, cada uno le permite volver a entrar una vez. Guárdelos en papel o en un gestor de contraseñas. Los códigos anteriores ya no sirven.
sheet-title = Códigos de recuperación de { $name } para { $site }, creados el { $when }
sheet-place = Para usar uno, abra { $url }
download = Descargar
print = Imprimir
copy = Copiar
copied = Copiado
back-to-profile = Volver a su perfil
recover-title = Recuperar la cuenta
recover-how = Escriba uno de sus códigos de recuperación y elija una contraseña nueva. Se cerrarán las demás sesiones.
recovery-code = Código de recuperación
code-hint = { $count } letras y cifras. No importan los espacios, los guiones ni las mayúsculas.
recover = Recuperar cuenta
reset-title = Elegir una contraseña nueva
reset-how = Iniciará sesión aquí y se cerrará en todos los demás sitios.
reset = Guardar e iniciar sesión
link-code-title = ¿Le dieron un enlace?
link-code = Código del enlace
no-codes = ¿No tiene ningún código de recuperación? Entonces solo puede ayudarle el administrador del sitio.

## Enlaces de las páginas de error

back-to-sign-in = Volver al inicio de sesión
back-to-sign-up = Volver a la creación de cuenta
back-to-recovery = Volver a la recuperación
start-page = Ir a la página de inicio
tell-request-id = Si vuelve a ocurrir, comunique este número al administrador del sitio: { $id }

## Errores por su código en la API. Una página de error lleva como encabezado el título, si lo hay, y muestra el consejo

invalid_username = Nombre de usuario no válido
    .advice = Revise lo que ha escrito e inténtelo de nuevo.
invalid_password = Contraseña no válida
    .advice = Revise lo que ha escrito e inténtelo de nuevo.
username_taken = Este nombre de usuario ya está en uso
    .advice = Elija otro.
incorrect_credentials = Nombre de usuario o contraseña incorrectos
    .advice = Revise lo que ha escrito e inténtelo de nuevo.
incorrect_password = Contraseña incorrecta
    .advice = Revise lo que ha escrito e inténtelo de nuevo.
incorrect_recovery_code = Nombre de usuario o código de recuperación incorrectos
    .advice = Revise lo que ha escrito e inténtelo de nuevo.
malformed_request = Solicitud ilegible
    .title = No ha funcionado
    .advice = No se han podido leer los datos enviados. Vuelva atrás, recargue la página e inténtelo de nuevo.
unauthenticated = Sesión no iniciada
    .title = Su sesión ha terminado
    .advice = Por eso no se ha hecho nada. Inicie sesión para continuar.
cross_origin = Solicitud de otro origen rechazada
    .title = La solicitud venía de otro sitio
    .advice = No se ha hecho nada. Abra este sitio e inténtelo de nuevo.
signup_closed = El registro está cerrado
    .advice = En este momento no se pueden crear cuentas nuevas aquí. Consulte al administrador del sitio.
invitation_required = El registro es por invitación
    .advice = Pida una invitación al administrador del sitio.
invalid_link = Enlace no válido
    .title = Este enlace ya no funciona
    .advice = Puede que se haya usado o sustituido, o que haya caducado. Pida uno nuevo donde lo recibió.
account_disabled = La cuenta está desactivada
    .advice = Consulte al administrador del sitio.
not_found = No encontrado
    .title = Aquí no hay ninguna página
    .advice = Revise si la dirección tiene algún error o vaya a la página de inicio.
method_not_allowed = Método no permitido
    .title = Esto no funciona aquí
    .advice = Esta dirección no se puede usar de esa forma. Vaya a la página de inicio e inténtelo desde allí.
request_timeout = Tiempo de espera agotado
    .title = Ha tardado demasiado
    .advice = Revise su conexión e inténtelo de nuevo.
payload_too_large = Demasiados datos
    .title = El texto es demasiado largo
    .advice = Vuelva atrás y acorte lo que ha escrito.
unsupported_media_type = Tipo de contenido no admitido
    .title = No ha funcionado
    .advice = El formulario se ha enviado en un formato que aquí no se admite. Vuelva atrás, recargue la página e inténtelo de nuevo.
too_many_attempts = Demasiados intentos
    .advice = Espere un poco e inténtelo de nuevo.
header_fields_too_large = Encabezados de la solicitud demasiado grandes
    .title = Su navegador ha enviado demasiadas cookies
    .advice = Elimine las cookies de este sitio e inténtelo de nuevo.
unknown = Se ha producido un error desconocido
    .title = Algo ha fallado
    .advice = El fallo es nuestro. Inténtelo de nuevo en un momento.
overloaded = El servidor está sobrecargado
    .title = Volvemos enseguida
    .advice = Muchas personas están iniciando sesión en este momento. Inténtelo de nuevo en unos segundos.
unavailable = Las cuentas no están disponibles
    .title = Volvemos enseguida
    .advice = En este momento no se puede acceder a las cuentas. No se ha perdido nada; inténtelo de nuevo en un momento.

## Consejos más precisos; en la API, el campo `detail` del error

enter-username = Escriba su nombre de usuario.
username-length = Un nombre de usuario tiene como máximo { $max } caracteres.
username-differs = Este no es su nombre de usuario.
enter-password = Escriba su contraseña.
password-length = Una contraseña tiene como máximo { $max } caracteres.
enter-current-password = Escriba su contraseña actual.
password-for-codes = Escriba su contraseña actual para crear códigos de recuperación.
code-shape = Un código de recuperación tiene { $count } letras y cifras.
code-works-once = Cada código sirve una sola vez. Pruebe con otro.
choose-another = Elija otro.
use-characters = Use de { $min } a { $max } caracteres.
surrounding-space = Quite el espacio del principio o del final.
characters-unicode = Use letras, cifras, signos de puntuación y espacios entre ellos; nada que no se vea.
characters-precis = Use letras y cifras de su escritura y signos de puntuación ASCII; sin espacios.
characters-ascii = Use letras sin acentos, cifras y signos de puntuación.
open-at = La solicitud no venía de { $url }, por eso no se ha hecho nada. Abra el sitio en esa dirección e inténtelo de nuevo.
another-user = Mientras tanto, otra persona ha iniciado sesión, por eso no se ha hecho nada. Vuelva a abrir la página.
mixed-scripts = No mezcle letras latinas, griegas y cirílicas.
reserved-username = Este nombre está reservado. Elija otro.
common-password = Esta contraseña es demasiado común.
password-is-username = No use su nombre de usuario.
enter-invitation = Escriba el código de su invitación.
ask-for-link = Compruebe que el código esté bien escrito. También puede que se haya usado o sustituido, o que haya caducado.
username-is-password = No use su contraseña.
username-not-invited = La invitación es para otro nombre de usuario.
wait-seconds = { $seconds ->
    [one] Espere un segundo e inténtelo de nuevo.
   *[other] Espere { $seconds } segundos e inténtelo de nuevo.
}
wait-minutes = { $minutes ->
    [one] Espere un minuto e inténtelo de nuevo.
   *[other] Espere { $minutes } minutos e inténtelo de nuevo.
}
transport = `transport` debe ser `cookie` o `bearer`.
