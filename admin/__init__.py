"""The generated admin: pages, forms and the HTTP API over `models`, served by Flask-AppBuilder."""
