"""MTN Mobile Money: the MoMo API, product Collections (momodeveloper.mtn.com, API documentation)."""
