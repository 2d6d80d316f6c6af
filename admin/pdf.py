"""Paper as PDF, where the extra is installed (`make pdf`): WeasyPrint over the page and style sheets that a browser
prints, so that there is one form and not two.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import Response, current_app, url_for

INSIDE = "https://paper.invalid"
"""Where the page pretends to stand: nothing is fetched over a network."""


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("weasyprint") is not None


def answer(html: str, name: str) -> Response:
    """A page as a PDF to download."""
    from weasyprint import HTML  # takes a third of a second, and an installation may lack it

    document = HTML(string=html, base_url=INSIDE, url_fetcher=_ours()).write_pdf()
    response = Response(document, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _ours() -> object:
    """Fetches our own style sheets from the disk, and nothing else from anywhere: what a caller wrote may hold any
    address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    base, folder = url_for("static", filename=""), Path(str(current_app.static_folder))

    class Ours(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> object:
            path = unquote(urlsplit(url).path)
            file = (folder / path.removeprefix(base)).resolve()
            if not (url.startswith(INSIDE) and path.startswith(base) and file.is_relative_to(folder)):
                raise ValueError("not one of our files")  # the form is drawn without it
            return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": "text/css"})

    return Ours(allowed_protocols=())
