"""How fast the till is: each figure beside a peer that is measured in the same run."""
