-- What a pass over the mails reads is what waits, however long the ledger has grown; each lane of grade has its own [R3e].

create index delivery_to_send on delivery (grade, due_at) where channel = 'email' and state in ('pending', 'retrying');
create index delivery_to_send_by_time on delivery (due_at) where channel = 'email' and state in ('pending', 'retrying');
drop index delivery_due;
