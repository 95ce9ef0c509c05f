"""`python -m composefmt`."""

from composefmt.cli import main

if __name__ == "__main__":
    main()
