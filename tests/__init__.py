"""The tests: they mirror models, admin and analytics; policy/ reads like the 办法, a file an article."""
