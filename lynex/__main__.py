"""`python -m lynex` is the same as `lynex`."""

from lynex.cli.main import run

if __name__ == "__main__":
    run()
