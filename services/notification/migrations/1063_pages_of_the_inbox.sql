-- A page of an inbox reads a page, however much stands behind it; and what happened again is told again.

alter table inbox_item add column happened_at timestamptz;
comment on column inbox_item.happened_at is 'When what it tells of happened; the same thing of a later moment is told again. Null for alarms and items of a former version.';
create index inbox_item_alarms_unread on inbox_item (recipient, last_rung_at desc, item_id desc) where audience is not null and read_at is null;
create index inbox_item_rest on inbox_item (recipient, last_rung_at desc, item_id desc) where audience is null or read_at is not null;
create index inbox_item_rest_unread on inbox_item (recipient, last_rung_at desc, item_id desc) where audience is null and read_at is null;
drop index inbox_item_by_recipient;
create index inbox_item_in_clear on inbox_item (item_id) where title <> '' or body <> '' or envelope is not null;
