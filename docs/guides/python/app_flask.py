from doorward_flask import ask, install, signed_in
from flask import Flask, redirect, render_template_string, request

app = Flask(__name__)
install(app)
FORM = """<h1>{{ title }}</h1><p role="alert">{{ problem }}</p>
    <form method="post"><input name="username"><input name="password" type="password">
    <button type="submit">{{ title }}</button></form><a href="/signup">Create an account</a>"""
PROFILE = """<h1>Profile</h1><p>Username: {{ g.session.user.username }}</p>
    <form method="post" action="/logout"><button type="submit">Sign out</button></form>"""


@app.route("/login", methods=["GET", "POST"], defaults={"title": "Sign in"})
@app.route("/signup", methods=["GET", "POST"], defaults={"title": "Sign up"})
def sign_in(title):
    if request.method == "GET":
        return render_template_string(FORM, title=title)
    answer = ask("POST", f"/api{request.path}", json=request.form.to_dict(), timeout=10)
    if answer.is_success:
        return redirect("/profile", 303)
    refusal = answer.json()
    problem = refusal.get("detail", refusal["error"])
    return render_template_string(FORM, title=title, problem=problem), answer.status_code


@app.post("/logout")
def sign_out():
    ask("POST", "/api/logout", json={})
    return redirect("/login", 303)


@app.get("/")
def home():
    return '<h1>Open to all</h1><a href="/profile">Profile</a>'


@app.get("/profile")
@signed_in
def profile():
    return render_template_string(PROFILE)
