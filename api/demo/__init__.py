"""The fictional clinic of `breather demo`: its files, four weeks of history, a played morning, a self-check."""
