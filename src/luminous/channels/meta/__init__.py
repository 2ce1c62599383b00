"""Meta's WhatsApp Cloud API: signed webhooks in, Graph API calls out."""
