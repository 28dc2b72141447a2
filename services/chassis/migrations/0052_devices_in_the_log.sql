-- What a person did with a device that stands for them says so.

comment on column audit_staged.reason is 'Reason code of a refusal, and device:<id> where a device signed for the actor; or empty.';
comment on column audit_entry.reason is 'Reason code of a refusal, and device:<id> where a device signed for the actor; or empty.';
