"""`python -m luminous` is the command line."""

from luminous.cli import main

if __name__ == "__main__":
    main()
