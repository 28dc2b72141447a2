-- The same for contacts: a push read every contact of its region.

create index contact_by_region_and_key_form on contact (region, key_form) where key_form is not null and variant_of is null;
