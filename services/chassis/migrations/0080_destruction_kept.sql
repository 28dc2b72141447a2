-- What keeps an order to destroy from being carried out for now, as another service says.

alter table destruction add column kept_for text;
comment on column destruction.kept_for is 'Code of what another service says that keeps it for now, when it was last looked at; null where nothing does. It is looked at again.';
