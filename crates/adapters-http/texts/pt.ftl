# Os textos das páginas em português, para o Brasil e Portugal; onde é preciso escolher, a forma brasileira.

## Palavras e links de várias páginas

error-title = Erro: { $title }
username = Nome de usuário
password = Senha
characters = De { $min } a { $max } caracteres.
password-hint = De { $min } a { $max } caracteres. Algumas palavras seguidas são fáceis de lembrar e difíceis de adivinhar.
show = Mostrar
show-password = Mostrar senha
hide = Ocultar
hide-password = Ocultar senha
sign-in = Entrar
sign-up = Criar conta

## Entrar e criar conta

new-here = Ainda não tem conta?
create-account = Criar uma conta
have-account = Já tem uma conta?
cookie-missing = Se você acabou de entrar, o navegador não guardou o cookie que mantém a sessão aberta. Permita os cookies deste site ou abra-o em { $url }
closed = No momento não é possível criar contas aqui. Fale com o administrador do site.
invited = Você recebeu um convite. Escolha um nome de usuário e uma senha.
invitation = Código do convite
invitation-hint = Está no link ou no bilhete que você recebeu.

## A caminho de outro site

signed-in = Você entrou
signed-out = Você saiu
password-changed = Sua senha foi alterada
continue-to = Continuar para { $site }
continue = Continuar
back-to-app = Voltar para { $app }

## O perfil e a conta

profile = Perfil
user-id = ID de usuário: { $id }
username-is = Nome de usuário: { $name }
sign-out = Sair
signed-in-as = Você entrou como { $name }.
stay-signed-in = Não sair
account = Sua conta
download-data = Baixar seus dados
download-data-what = Tudo o que está guardado sobre você, em um arquivo JSON.
change-password-title = Alterar a senha
change-password-what = Você sai dos outros dispositivos ao mesmo tempo.
current-password = Senha atual
new-password = Nova senha
change-password = Alterar senha
change-password-hint = Você continua na conta aqui e sai de todos os outros dispositivos.
change-username-title = Mudar o nome de usuário
change-username-what = Você continua conectado em todos os lugares.
change-username-hint = A partir de agora você entra com o novo nome. O antigo fica livre para outros imediatamente.
change-username = Mudar nome
username-changed = Seu nome de usuário foi mudado
delete-title = Excluir a conta
delete-what = Remover sua conta e os dados dela.
delete-warning = Sua conta e os dados dela serão excluídos permanentemente.
delete-confirm = Para confirmar, digite seu nome de usuário e sua senha atual.
delete = Excluir conta
back-to-account = Voltar para sua conta

## Os dispositivos conectados

sessions-title = Dispositivos conectados
sessions-what = Ver seus dispositivos e sair deles.
device = { $browser } no { $system }
device-unknown = Dispositivo desconhecido
signed-in-at = Sessão iniciada:
last-used-at = Último uso:
this-device = Este dispositivo
sign-out-device = Sair da conta em { $device }
sign-out-others = Sair dos outros dispositivos
show-all-devices = Mostrar os { $count } dispositivos
devices-not-shown = Dispositivos não mostrados: { $count }.
older-devices-not-shown = Dispositivos não mostrados: { $count } e outros mais antigos.
sign-ins = Acessos recentes
sign-ins-advice = Não reconhece algum? Altere sua senha.
event-sign-up = Conta criada
event-log-in = Sessão iniciada
event-password-changed = Senha alterada
event-recovered = Código de recuperação usado
event-password-reset = Senha escolhida por um link
event-vouched = Sessão iniciada pelo site

## O que acabou de ser feito

done-password = Sua senha foi alterada. Você saiu dos outros dispositivos, e os códigos de recuperação anteriores não valem mais.
done-recovered = Você recuperou o acesso e sua nova senha está definida. Você saiu dos outros dispositivos.
done-username = Seu nome de usuário foi mudado.
done-reset = Sua nova senha foi salva e você entrou. Você saiu de todos os outros lugares.
done-session = A sessão foi encerrada nesse dispositivo.
done-other-sessions = Você saiu dos outros dispositivos.
done-signed-out = Você saiu.
done-deleted = Sua conta foi excluída.

## Códigos de recuperação

forgot = Esqueceu a senha?
codes-title = Códigos de recuperação
codes-offer = Obter códigos de recuperação
codes-why = Aqui não se usa e-mail. Se você esquecer a senha, só um código de recuperação permite entrar de novo.
create-codes = Criar códigos de recuperação
not-now = Agora não
codes-left = Restam { $left } de { $of } códigos de recuperação.
codes-few = { $left ->
    [one] Resta { $left } código de recuperação. Crie novos antes de precisar deles.
   *[other] Restam { $left } de { $of } códigos de recuperação. Crie novos antes que acabem.
}
codes-none = Você não tem códigos de recuperação.
codes-what = Se você esquecer a senha, cada código permite entrar de novo uma vez.
codes-created-at = Criação:
codes-replaced = Os códigos que você tem agora deixarão de valer.
your-codes = Seus códigos de recuperação
codes-shown-once = Guarde-os agora: eles não serão mostrados de novo.
codes-keep = Se você esquecer a senha, cada um permite entrar de novo uma vez. Guarde-os em papel ou em um gerenciador de senhas. Os códigos anteriores não valem mais.
sheet-title = Códigos de recuperação de { $name } para { $site }, criados em { $when }
sheet-place = Para usar um, abra { $url }
download = Baixar
print = Imprimir
copy = Copiar
copied = Copiado
back-to-profile = Voltar para seu perfil
recover-title = Recuperar a conta
recover-how = Digite um dos seus códigos de recuperação e escolha uma nova senha. Você sairá dos outros dispositivos.
recovery-code = Código de recuperação
code-hint = { $count } letras e números. Espaços, hifens e maiúsculas não importam.
recover = Recuperar conta
reset-title = Escolher uma nova senha
reset-how = Você entrará aqui e sairá de todos os outros lugares.
reset = Salvar senha e entrar
link-code-title = Você recebeu um link?
link-code = Código do link
no-codes = Não tem um código de recuperação? Nesse caso, só o administrador do site pode ajudar.

## Links das páginas de erro

back-to-sign-in = Voltar para o login
back-to-sign-up = Voltar para a criação da conta
back-to-recovery = Voltar para a recuperação
start-page = Ir para a página inicial
tell-request-id = Se acontecer de novo, informe este número ao administrador do site: { $id }

## Erros pelo código na API. Uma página de erro tem como cabeçalho o título, se houver, e mostra o conselho

invalid_username = Nome de usuário inválido
    .advice = Verifique o que digitou e tente de novo.
invalid_password = Senha inválida
    .advice = Verifique o que digitou e tente de novo.
username_taken = Este nome de usuário já está em uso
    .advice = Escolha outro.
incorrect_credentials = Nome de usuário ou senha incorretos
    .advice = Verifique o que digitou e tente de novo.
incorrect_password = Senha incorreta
    .advice = Verifique o que digitou e tente de novo.
incorrect_recovery_code = Nome de usuário ou código de recuperação incorretos
    .advice = Verifique o que digitou e tente de novo.
malformed_request = Solicitação ilegível
    .title = Não funcionou
    .advice = Não foi possível ler os dados enviados. Volte, recarregue a página e tente de novo.
unauthenticated = Sessão não iniciada
    .title = Sua sessão terminou
    .advice = Por isso, nada foi feito. Entre para continuar.
cross_origin = Solicitação de outra origem recusada
    .title = A solicitação veio de outro site
    .advice = Nada foi feito. Abra este site e tente de novo.
signup_closed = A criação de contas está fechada
    .advice = No momento não é possível criar contas aqui. Fale com o administrador do site.
invitation_required = O cadastro é por convite
    .advice = Peça um convite ao administrador do site.
invalid_link = Link inválido
    .title = Este link não funciona mais
    .advice = Ele pode ter sido usado ou substituído, ou pode ter expirado. Peça um novo onde você o recebeu.
account_disabled = A conta está desativada
    .advice = Fale com o administrador do site.
not_found = Não encontrado
    .title = Não há nenhuma página aqui
    .advice = Verifique se há algum erro no endereço ou vá para a página inicial.
method_not_allowed = Método não permitido
    .title = Isso não funciona aqui
    .advice = Este endereço não pode ser usado dessa forma. Vá para a página inicial e tente a partir dela.
request_timeout = Tempo esgotado
    .title = Demorou demais
    .advice = Verifique sua conexão e tente de novo.
payload_too_large = Dados em excesso
    .title = O texto é longo demais
    .advice = Volte e encurte o que digitou.
unsupported_media_type = Tipo de conteúdo não aceito
    .title = Não funcionou
    .advice = O formulário foi enviado em um formato que não é aceito aqui. Volte, recarregue a página e tente de novo.
too_many_attempts = Muitas tentativas
    .advice = Espere um pouco e tente de novo.
header_fields_too_large = Cabeçalhos da solicitação grandes demais
    .title = Seu navegador enviou cookies demais
    .advice = Apague os cookies deste site e tente de novo.
unknown = Ocorreu um erro desconhecido
    .title = Algo deu errado
    .advice = A falha é nossa. Tente de novo em instantes.
overloaded = O servidor está sobrecarregado
    .title = Voltamos em instantes
    .advice = Muitas pessoas estão entrando agora. Tente de novo em alguns segundos.
unavailable = As contas estão indisponíveis
    .title = Voltamos em instantes
    .advice = No momento não é possível acessar as contas. Nada foi perdido; tente de novo em instantes.

## Conselhos mais precisos; na API, o campo `detail` do erro

enter-username = Digite seu nome de usuário.
username-length = Um nome de usuário tem no máximo { $max } caracteres.
username-differs = Este não é o seu nome de usuário.
enter-password = Digite sua senha.
password-length = Uma senha tem no máximo { $max } caracteres.
enter-current-password = Digite sua senha atual.
password-for-codes = Digite sua senha atual para criar códigos de recuperação.
code-shape = Um código de recuperação tem { $count } letras e números.
code-works-once = Cada código só funciona uma vez. Tente outro.
choose-another = Escolha outro.
use-characters = Use de { $min } a { $max } caracteres.
surrounding-space = Retire o espaço no início ou no fim.
characters-unicode = Use letras, números, sinais de pontuação e espaços entre eles; nada que não se veja.
characters-precis = Use letras e números da sua escrita e sinais de pontuação ASCII; sem espaços.
characters-ascii = Use letras sem acentos, números e sinais de pontuação.
open-at = A solicitação não veio de { $url }, por isso nada foi feito. Abra o site nesse endereço e tente de novo.
another-user = Outra pessoa entrou enquanto isso, por isso nada foi feito. Abra a página de novo.
mixed-scripts = Não misture letras latinas, gregas e cirílicas.
reserved-username = Este nome é reservado. Escolha outro.
common-password = Esta senha é comum demais.
password-is-username = Não use seu nome de usuário.
enter-invitation = Digite o código do seu convite.
ask-for-link = Verifique se o código foi digitado corretamente. Ele também pode ter sido usado ou substituído, ou ter expirado.
username-is-password = Não use a sua senha.
username-not-invited = O convite é para outro nome de usuário.
wait-seconds = { $seconds ->
    [one] Espere { $seconds } segundo e tente de novo.
   *[other] Espere { $seconds } segundos e tente de novo.
}
wait-minutes = { $minutes ->
    [one] Espere { $minutes } minuto e tente de novo.
   *[other] Espere { $minutes } minutos e tente de novo.
}
transport = `transport` deve ser `cookie` ou `bearer`.
