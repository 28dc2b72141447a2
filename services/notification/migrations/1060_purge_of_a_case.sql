-- A case's purge reaches what was told of the case, and never an alarm or anything else about a concern [LPR4, R3e].

drop policy only_of_a_purged_thing on inbox_item;
drop policy only_of_a_purged_thing on delivery;
create policy only_of_a_purged_thing on inbox_item as restrictive for delete
    using (audience is null and exists (select from purged_thing where purged_thing.about = inbox_item.about)
        and not exists (select from ring where ring.concern_id = inbox_item.about));
create policy only_of_a_purged_thing on delivery as restrictive for delete
    using (grade is null
        and exists (select from inbox_item join purged_thing using (about)
                    where inbox_item.audience is null
                      and (inbox_item.item_id = delivery.item_id
                           or (delivery.item_id is null and inbox_item.reference = delivery.reference))));

create index ring_by_concern on ring (concern_id);
create index inbox_item_by_thing on inbox_item (about);
create index delivery_by_item on delivery (item_id);
