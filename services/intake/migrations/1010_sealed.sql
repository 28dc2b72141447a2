-- What was submitted, and why the RJ Unit decided as it did, is sealed under a key of the referral or of the contact. The clear columns
-- stay for the version before, and for a safety concern that comes while no key can be had.

alter table referral add column content_sealed bytea;
alter table referral add constraint referral_content_is_sealed_or_in_clear check (content_sealed is null or content = '');
comment on column referral.content is 'Protected B. Empty; in clear while it is not sealed.';
comment on column referral.content_sealed is 'Protected B. The ro.intake.v1.Referral as received, without its key, sealed under the key of the referral.';

alter table referral_variant add column content_sealed bytea;
alter table referral_variant add constraint variant_content_is_sealed_or_in_clear check (content_sealed is null or content = '');
comment on column referral_variant.content is 'Protected B. Empty; in clear while it is not sealed.';
comment on column referral_variant.content_sealed is 'Protected B. The ro.intake.v1.Referral as received, without its key, sealed under the key of the referral.';

alter table screening_decision add column reason_sealed bytea;
alter table screening_decision drop constraint decision_has_a_reason;
alter table screening_decision add constraint decision_has_a_reason_sealed_or_in_clear
    check ((reason_sealed is null) = (length(trim(reason)) > 0));
comment on column screening_decision.reason is 'Protected B. Empty; in clear while it is not sealed.';
comment on column screening_decision.reason_sealed is 'Protected B. Why, in the officer''s words, sealed under the key of the referral.';

alter table contact add column content_sealed bytea;
alter table contact add constraint contact_content_is_sealed_or_in_clear check (content_sealed is null or content = '');
comment on column contact.content is 'Protected B. Empty; in clear while it is not sealed.';
comment on column contact.content_sealed is 'Protected B. The ro.intake.v1.VictimContact as received, without its key, sealed under the key of the contact.';

-- What stands in clear may be sealed; otherwise rows are only ever added.
create function refuse_to_rewrite_but_seal() returns trigger language plpgsql as $$
declare
    clear text := tg_argv[0];
    sealed text := clear || '_sealed';
    before jsonb := to_jsonb(old);
    after jsonb;
begin
    if tg_op = 'UPDATE' then
        after := to_jsonb(new);
        if before - clear - sealed = after - clear - sealed
            and before ->> clear not in ('', '\x') and before ->> sealed is null
            and after ->> clear in ('', '\x') and after ->> sealed is not null then
            return new;
        end if;
    end if;
    raise exception 'rows of % are only ever added', tg_table_name using errcode = 'restrict_violation';
end
$$;
comment on function refuse_to_rewrite_but_seal is 'Decisions and variants are only ever added; a text that stands in clear may be sealed.';
drop trigger decisions_are_only_added on screening_decision;
create trigger decisions_are_only_added before update or delete on screening_decision
    for each row execute function refuse_to_rewrite_but_seal('reason');
drop trigger variants_are_only_added on referral_variant;
create trigger variants_are_only_added before update or delete on referral_variant
    for each row execute function refuse_to_rewrite_but_seal('content');
