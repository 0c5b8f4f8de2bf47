"""``python -m trialwright``: the command line."""

from trialwright.cli import main

if __name__ == "__main__":
    main()
