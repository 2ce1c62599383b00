"""Where money comes from: one package for each payment provider. A provider's words stop here."""
