-- What is confirmed by the thing it tells of: little of it waits at any time.
create index outbox_to_confirm_by_aggregate on outbox (aggregate) where must_be_confirmed and confirmed_at is null;
