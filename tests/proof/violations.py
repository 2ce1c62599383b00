"""Each violation of an invariant, planted by hand, and whom its line must name then."""

from dataclasses import dataclass

from luminous.db import Connection

FIRST, SECOND, THIRD, FOURTH = (f"00000000-0000-4000-8000-00000000000{n}" for n in "abcd")
AMINA, BRIAN = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"

# Two customers; one message answered, one just arrived; one reply delivered, one being sent, one behind it;
# an order and a plan, both paid.
BASE = """
    insert into customers (id, phone_number, whatsapp_user_id)
    values (:amina, '+256782240146', 'UG.1001'), (:brian, '+256782240147', null);
    insert into inbox (id, channel, external_id, customer_id, business_number_id, kind, text, is_new_customer,
                       sent_at, received_at, answered_at, answer)
    overriding system value
    values (1, 'meta', 'wamid.1', :amina, '1', 'text', 'Hello', true,
            now() - interval '1 hour', now() - interval '1 hour', now(), 'welcome'),
           (2, 'meta', 'wamid.2', :amina, '1', 'text', 'Hello', false, now(), now(), null, null);
    update conversations set waiting_since = now() where customer_id = :amina;
    insert into outbox (id, customer_id, identity_epoch, channel, business_number_id, purpose, dedupe_key,
                        content, status, attempts, attempted_at, external_id, lease_until,
                        created_at, updated_at)
    overriding system value
    values (1, :amina, 0, 'meta', '1', 'reply', 'one', '{}', 'delivered', 1, now() - interval '1 hour',
            'wamid.out.1', null, now() - interval '1 hour', now() - interval '1 hour'),
           (2, :amina, 0, 'meta', '1', 'reply', 'two', '{}', 'sending', 1, now(),
            null, now() + interval '20 seconds', now() - interval '1 minute', now()),
           (3, :amina, 0, 'meta', '1', 'reply', 'three', '{}', 'queued', 0, null,
            null, null, now() - interval '1 minute', now() - interval '1 minute'),
           (4, :brian, 0, 'meta', '1', 'reply', 'four', '{}', 'queued', 1, now(),
            null, null, now() - interval '1 minute', now()),
           (6, :amina, 0, 'meta', '1', 'marketing', 'six', '{}', 'delivered', 1, now() - interval '2 minutes',
            'wamid.out.6', null, now() - interval '5 minutes', now());
    insert into consents (id, customer_id, purpose, state, source, said_at, recorded_at)
    overriding system value
    select id, :amina, 'marketing', state, 'message', at, at
      from (values (1, 'opted_in', now() - interval '1 day'),
                   (2, 'opted_out', now() - interval '3 minutes')) said (id, state, at);
    insert into media (id, channel, provider_id, claimed_sha256, kind, filename, status, mime_type, size,
                       sha256, stored_at)
    values (:first, 'meta', '1', '', 'image', '', 'stored', 'image/png', 1, sha256('x'), now()),
           (:second, 'meta', '2', '', 'image', '', 'waiting', null, null, null, null);
    insert into quotations (id, customer_id, status, changed_by, version)
    values (:first, :amina, 'accepted', 'customer', 1);
    insert into quotation_versions (id, quotation_id, number, priced_by) values (:first, :first, 1, 'Aisha');
    insert into quotation_lines (version_id, position, kind, description, amount)
    values (:first, 1, 'shipping', '', 7000), (:first, 2, 'customs', '', 3000);
    update quotation_versions
       set sent_at = now(), sent_by = 'Aisha', valid_until = now() + interval '1 day', total = 10000,
           currency = 'UGX', plan_code = 'guest', plan_name = 'Guest User', base_fee_percent = 15,
           service_fee_discount_percent = 0, shipping_discount_percent = 0, rounding_step = 1, goods_list = 1,
           shop_name = 'Pearl', shop_number = '', time_zone = 'Africa/Kampala', language = 'en';
    insert into orders (id, customer_id, quotation_version_id, amount, currency, pay_until)
    values (:second, :amina, :first, 10000, 'UGX', now() + interval '1 day');
    update orders set status = 'paid', number = 1, paid_at = now();
    update receipt_counter set last_number = 1;
    insert into order_milestones (order_id, milestone, noted_by) values (:second, 'ordered', 'momo');
    update subscriptions set id = :second where customer_id = :brian;
    update subscriptions set status = 'superseded' where customer_id = :amina;
    insert into subscriptions (id, customer_id, plan_id, plan_code, status, amount_paid_per_cycle, payment_id)
    select :third, :amina, id, code, 'active', price, :third from subscription_plans where code = 'standard';
    insert into payments (id, customer_id, order_id, subscription_id, provider, status, amount, currency,
                          payer, payer_text, paid_amount, paid_currency, next_look_at)
    select id, :amina, order_id, plan_id, 'momo', 'succeeded', price, 'UGX', '+256782240146', '', price,
           'UGX', null
      from (values (:first::uuid, :second::uuid, null::uuid, 10000), (:third, null, :third, 29900))
           paid (id, order_id, plan_id, price);
    insert into provider_events (provider, reference, status, amount, currency)
    select provider, id, status, amount, currency from payments;
    insert into early_statuses (channel, external_id, status, occurred_at)
    values ('meta', 'wamid.elsewhere', 'sent', now());
"""


@dataclass(frozen=True)
class Planted:
    """What is done to the tables, and whom the line must name then."""

    by_hand: str
    ids: tuple[str, ...]


VIOLATIONS = {
    "Every live customer has exactly one live subscription": Planted(
        """drop index subscriptions_one_live_per_customer;
            insert into subscriptions (customer_id, plan_id, plan_code, status)
            select :amina, id, code, 'cancel_scheduled' from subscription_plans where code = 'plus';
            update subscriptions set status = 'expired' where customer_id = :brian""",
        (AMINA, BRIAN),
    ),
    "A phone number belongs to one live customer": Planted(
        """drop index customers_one_live_per_phone_number;
            alter table customers disable trigger trg_customers_record_identifiers;
            update customers set phone_number = '+256782240146' where id = :brian;
            update customer_identifiers set until_at = now() where value = '+256782240147';
            drop index customer_identifiers_held_by_one;
            insert into customer_identifiers (kind, value, customer_id, cause)
            values ('phone_number', '+256782240146', :brian, 'test')""",
        (AMINA, BRIAN),
    ),
    "A WhatsApp user id belongs to one live customer": Planted(
        """drop index customers_one_live_per_whatsapp_user_id, customer_identifiers_held_by_one;
            update customers set whatsapp_user_id = 'UG.1001' where id = :brian""",
        (AMINA, BRIAN),
    ),
    "Every live customer has exactly one conversation": Planted(
        "delete from conversations where customer_id = :brian", (BRIAN,)
    ),
    "The history of identifiers agrees with the customers": Planted(
        """alter table customers disable trigger trg_customers_record_identifiers;
            update customers set phone_number = '+256782240199' where id = :brian""",
        (BRIAN, BRIAN),  # the old number is still held, the new one is not
    ),
    "No identifier was given up before it was held": Planted(
        """insert into customer_identifiers (id, kind, value, customer_id, from_at, until_at, cause)
            overriding system value
            values (99, 'phone_number', '+256782240199', :brian, now(), now() - interval '1 day', 'test')""",
        ("99",),
    ),
    "Whose a number is, is only asked about live customers": Planted(
        """insert into customer_conflicts (id, holder_id, phone_number, decision)
           overriding system value values (5, :brian, '+256782240147', 'unproven_number');
           update customers set deleted_at = now() where id = :brian""",
        ("5",),
    ),
    "Every merged record has its note, and every note its record": Planted(
        """update customers set deleted_at = now(), merged_into = :amina where id = :brian;
           update subscriptions set status = 'superseded' where customer_id = :brian;
           update outbox set status = 'stale' where customer_id = :brian""",
        (BRIAN,),
    ),
    "A merged record has nothing left": Planted(
        """select merge_customers(:brian, :amina, 'test');
           update outbox set customer_id = :brian where id = 4""",
        (BRIAN,),
    ),
    "No message is stored twice": Planted(
        """alter table inbox drop constraint inbox_takes_a_message_once;
           update inbox set external_id = 'wamid.1'""",
        ("1", "2"),
    ),
    "No unanswered message is forgotten": Planted(
        """update inbox set received_at = now() - interval '6 minutes' where id = 2;
            update conversations set waiting_since = null where customer_id = :amina""",
        ("2",),
    ),
    "Nobody waits long for an answer": Planted(
        """update inbox set received_at = now() - interval '6 minutes' where id = 2;
           update conversations set waiting_since = now() - interval '6 minutes'""",
        ("2",),
    ),
    "Every answered message says what was decided": Planted(
        "update inbox set answer = null where id = 1", ("1",)
    ),
    "Every piece that arrived could be taken": Planted(
        """insert into webhook_bodies (id, channel, body, sha256) overriding system value
           values (7, 'meta', '', '');
           insert into dead_letters (id, body_id, position, stage, reason) overriding system value
           values (8, 7, 'body', 'parsing', 'It is not JSON.')""",
        ("8",),
    ),
    "One message per customer is on its way": Planted(
        """drop index outbox_one_in_flight_per_customer;
           update outbox set status = 'sending', attempts = 1, lease_until = now() + interval '20 seconds'
            where id = 3""",
        ("2", "3"),
    ),
    "Nothing is on its way or in doubt past its lease": Planted(
        """update outbox set lease_until = now() - interval '6 minutes' where id = 2;
           update outbox set status = 'uncertain', lease_until = null where id = 4""",
        ("2", "4"),
    ),
    "What is due is sent": Planted(
        "update outbox set next_attempt_at = now() - interval '6 minutes' where status = 'queued'",
        ("4",),  # the third waits behind the second, which is being sent
    ),
    "Each customer's messages leave in the order in which they were owed": Planted(
        """insert into outbox (id, customer_id, identity_epoch, channel, business_number_id, purpose,
                               dedupe_key, content, status, attempts, external_id)
            overriding system value
            values (5, :amina, 0, 'meta', '1', 'reply', 'five', '{}', 'accepted', 1, 'wamid.out.5')""",
        ("3",),
    ),
    "What was sent has WhatsApp's id": Planted("update outbox set external_id = null where id = 1", ("1",)),
    "What is still owed was not sent already": Planted(
        "update outbox set external_id = 'wamid.out.4' where id = 4", ("4",)
    ),
    "Nothing is owed to a deleted customer": Planted(
        """update customers set deleted_at = now() - interval '6 minutes' where id = :amina;
            update outbox set next_attempt_at = now() - interval '6 minutes' where id = 3""",
        ("3",),
    ),
    "Every status of a message of ours is recorded with it": Planted(
        """insert into early_statuses (channel, external_id, status, occurred_at, received_at)
           values ('meta', 'wamid.out.1', 'read', now(), now() - interval '6 minutes')""",
        ("wamid.out.1",),
    ),
    "No status of an unknown message is kept for longer than a day": Planted(
        "update early_statuses set received_at = now() - interval '25 hours'", ("wamid.elsewhere",)
    ),
    "What a customer allows is what the ledger says": Planted(
        """alter table customers disable trigger trg_customers_record_consent;
            update customers set consent_status = 'opted_in' where id = :brian""",
        (BRIAN,),
    ),
    "News went to those alone who had said yes to it": Planted(
        """alter table consents disable trigger trg_consents_are_never_changed;
            update consents set recorded_at = now() - interval '10 minutes' where id = 2""",
        ("6",),
    ),
    "Free text went only within 24 hours of the customer's own words": Planted(
        "update inbox set sent_at = now() - interval '26 hours' where id = 1", ("1", "6")
    ),
    "Every template that a message may go as is there": Planted(
        """update outbox set template = '{"name": "no_such"}' where status = 'queued'""", ("3", "4")
    ),
    "Files that customers sent are fetched": Planted(
        "update media set next_attempt_at = now() - interval '6 minutes' where id = :second", (SECOND,)
    ),
    "A stored file has its checksum, and a deleted one has left nothing": Planted(
        """alter table media drop constraint media_stored_are_described;
            update media set sha256 = null where id = :first;
            update media set status = 'doomed' where id = :second;
            update media set status = 'deleted' where id = :second""",
        (FIRST, SECOND),
    ),
    "Files whose time is up are gone": Planted(
        """update media set created_at = now() - interval '181 days' where id = :first;
            update media set status = 'doomed', updated_at = now() - interval '6 minutes'
             where id = :second""",
        (FIRST, SECOND),
    ),
    "The total of what was offered is the sum of its lines": Planted(
        """alter table quotation_lines disable trigger trg_quotation_lines_stay;
            update quotation_lines set amount = 2999 where kind = 'customs'""",
        (FIRST,),
    ),
    "A quotation that was sent counts a version that was sent": Planted(
        """insert into quotations (id, customer_id, status, changed_by, version)
            values (:second, :brian, 'declined', 'psql', 1)""",
        (SECOND,),
    ),
    "An accepted quotation and its order agree about customer and price": Planted(
        """alter table quotation_lines disable trigger trg_quotation_lines_stay;
            alter table quotation_versions disable trigger trg_quotation_versions_stay;
            update quotation_lines set amount = 2999 where kind = 'customs';
            update quotation_versions set total = 9999""",
        (FIRST, SECOND),
    ),
    "What was accepted has one order": Planted(
        """alter table orders drop constraint orders_one_per_accepted_version;
            insert into orders (id, customer_id, quotation_version_id, status, amount, currency, pay_until)
            values (:third, :amina, :first, 'cancelled', 10000, 'UGX', now())""",
        (SECOND, THIRD),
    ),
    "Nobody has more open quotations than their plans allow": Planted(
        """alter table quotations disable trigger trg_quotations_limit;
            insert into quotations (customer_id, changed_by) values (:brian, 'psql'), (:brian, 'psql')""",
        (BRIAN,),
    ),
    "An order is paid when one payment counted for it, and only then": Planted(
        """alter table orders disable trigger trg_orders_guard;
            update orders set status = 'awaiting_payment', number = null, paid_at = null;
            update receipt_counter set last_number = 0""",
        (SECOND,),
    ),
    "A plan that was bought was paid for, and what was paid for a plan bought it": Planted(
        "update subscriptions set payment_id = null", (THIRD,)
    ),
    "What counted as paid was exactly the price, in its currency": Planted(
        """update payments set paid_amount = 9999 where id = :first;
            update provider_events set amount = 9999 where reference = :first;
            update payments set paid_currency = 'EUR' where id = :third;
            update provider_events set currency = 'EUR' where reference = :third""",
        (FIRST, THIRD),
    ),
    "The ledger says what the provider said": Planted(
        """update provider_events set amount = 9999 where reference = :first;
            delete from provider_events where reference = :third""",
        (FIRST, THIRD),
    ),
    "What went back is the sum of its refunds": Planted(
        "update payments set refunded_amount = 500 where id = :first", (FIRST,)
    ),
    "One attempt to pay is under way for one thing": Planted(
        """drop index payments_one_open_per_order;
            insert into payments (id, customer_id, order_id, provider, amount, currency, payer, payer_text)
            select id, :amina, :second, 'momo', 10000, 'UGX', '+256782240146', 'Q-1'
              from unnest(array[:second, :fourth]::uuid[]) id""",
        (SECOND, FOURTH),
    ),
    "Every payment that is under way is looked at when it is due": Planted(
        "update payments set next_look_at = now() - interval '6 minutes' where id = :first", (FIRST,)
    ),
    "Receipt numbers have no gaps, and none is above the last one given": Planted(
        "update receipt_counter set last_number = 3", ("2", "3")
    ),
    "The history of what was bought ends where it stands": Planted(
        """alter table orders disable trigger trg_orders_record_change;
            update orders set status = 'sourcing';
            alter table subscriptions disable trigger trg_subscriptions_record_change;
            update subscriptions set status = 'cancel_scheduled' where id = :third;
            update subscriptions set status = 'active' where id = :third;
            insert into subscription_events (subscription_id, was, became, changed_by)
            values (:third, 'active', 'cancel_scheduled', 'psql')""",
        (SECOND, THIRD),
    ),
    "An order has reached the milestone that it stands at": Planted(
        "update orders set status = 'customs'", (SECOND,)
    ),
    "What the clock has ended is over": Planted(
        """update subscriptions
               set start_date = now() - interval '31 days', end_date = now() - interval '6 minutes'
             where customer_id = :brian""",
        (SECOND,),
    ),
}


async def do(conn: Connection, by_hand: str) -> None:
    """Change the tables behind the house's back; :amina and :brian are the two customers."""
    names = {":amina": AMINA, ":brian": BRIAN}
    names |= {":first": FIRST, ":second": SECOND, ":third": THIRD, ":fourth": FOURTH}
    for name, id_ in names.items():
        by_hand = by_hand.replace(name, f"'{id_}'")
    await conn.execute(by_hand.encode())
