"""`python -m tnp_shim.command`: the command without its script. Knows its entry."""

from tnp_shim.command.entry import main

if __name__ == "__main__":
    main()
