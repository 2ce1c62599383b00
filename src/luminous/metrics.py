"""What is counted. Served at `/metrics`; each process counts for itself."""

from prometheus_client import Counter, Gauge, Histogram

WEBHOOKS = Counter("luminous_webhooks", "Webhook calls, by what we answered.", ["channel", "status"])
WEBHOOK_SECONDS = Histogram(
    "luminous_webhook_seconds", "From a webhook's first byte to its answer.", ["channel"]
)
LARGE_BODIES_BYTES = Gauge(
    "luminous_webhook_large_bodies_bytes", "Memory for webhook bodies of more than 64 KB."
)
DATABASE_UP = Gauge("luminous_database_up", "1 while PostgreSQL answers, 0 while it is away.")
MESSAGES = Counter("luminous_messages", "New messages, by how their sender was recognised.", ["decision"])
UNKNOWN = Counter("luminous_unknown_events", "Well-formed things that nobody acts on.", ["kind"])
DEAD_LETTERS = Counter("luminous_dead_letters", "Pieces that could not be taken.", ["stage"])
ANSWERS = Counter("luminous_answers", "Messages settled, by what was decided.", ["answer"])
SENDS = Counter("luminous_sends", "Calls to send a message, by what came of them.", ["outcome"])
PAYMENTS = Counter("luminous_payments", "Payments, by what they became.", ["became"])
MEDIA = Counter(
    "luminous_media", "Files of customers that were to be fetched, by what came of it.", ["outcome"]
)
STOPPED_NUMBERS = Gauge("luminous_stopped_numbers", "Numbers of the shop that cannot send at present.")
RESTING_TEMPLATES = Gauge(
    "luminous_resting_templates", "Templates that Meta has refused, paused or disabled."
)
GIVEN_UP = Gauge("luminous_given_up_messages", "Messages of the last day that failed or were given up.")
BILLED_TODAY = Gauge("luminous_billed_messages_today", "Messages that WhatsApp bills, of the shop's day.")
OLDEST_SECONDS = Gauge(
    "luminous_oldest_seconds", "Age of the oldest that waits, by what; 0 when nothing does.", ["what"]
)
