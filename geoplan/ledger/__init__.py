"""The ledger: every clause of a plan against what the layers and tables say (逐条合规台账)."""
