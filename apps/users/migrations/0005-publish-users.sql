-- A token is of use in the mail alone: it leaves the outbox in the statement that says that the event is sent.
create function forget_token() returns trigger language plpgsql as $$
begin
  new.envelope := jsonb_set(new.envelope, '{data,token}', '"sent"');
  return new;
end $$;
create trigger forget_token before update of sent_at on outbox for each row
  when (new.sent_at is not null and new.envelope #> '{data,token}' is not null)
  execute function forget_token();

-- Accounts from before there were events: the others get to know them, and nobody is welcomed anew.
select store_event('user:' || id, jsonb_build_object(
  'type', 'user.changed', 'version', 1, 'traceparent', null,
  'subject', jsonb_build_object('type', 'user', 'id', id),
  'data', jsonb_build_object('user_id', id, 'email', email, 'full_name', full_name, 'role', role)))
from (select * from users where deleted_at is null order by id) account;
