-- An accepted version of a quotation. The row exists from the acceptance on, so that a payment has something to point
-- at; it is called an order to the customer, and has a number, when the full price is paid.
create table orders (
  id                   uuid primary key default gen_random_uuid(),
  number               bigint,       -- of the receipt, without gaps; null until it is paid
  customer_id          uuid not null references customers on delete restrict,
  quotation_version_id uuid not null references quotation_versions on delete restrict,
  status               text not null default 'awaiting_payment',
  amount               bigint not null,
  currency             text not null,
  pay_until            timestamptz not null,  -- a payment may be started before this instant
  created_at           timestamptz not null default now(),
  paid_at              timestamptz,

  constraint orders_one_per_accepted_version unique (quotation_version_id),
  constraint orders_number_is_given_once unique (number),
  constraint orders_amount_is_positive check (amount > 0),
  constraint orders_have_a_number_when_paid check ((number is null) = (paid_at is null)),
  constraint orders_status_is_known check (status in (
    'awaiting_payment', 'cancelled_unpaid', 'paid', 'sourcing', 'variation_pending', 'purchased', 'at_hub', 'in_transit',
    'customs', 'detained', 'out_for_delivery', 'delivery_failed', 'delivered', 'closed', 'disputed', 'refund_due',
    'partially_refunded', 'refunded', 'cancelled'
  ))
);

create index orders_by_customer on orders (customer_id, created_at);

call keep_private('{orders}', '{}');
