from html import escape

from doorward_fastapi import Session, install
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()
install(app)


@app.get("/", response_class=HTMLResponse)
async def home():
    return '<h1>Open to all</h1><a href="/profile">Profile</a>'


@app.get("/profile", response_class=HTMLResponse)
async def profile(session: Session):
    return f"""<h1>Profile</h1><p>Username: {escape(session["user"]["username"])}</p>
        <form method="post" action="/api/logout"><button type="submit">Sign out</button></form>"""
