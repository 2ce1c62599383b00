-- What the owner decides for the whole shop: one row.
create table shop_settings (
  is_the_only_row boolean primary key default true,
  -- Operators give a number to somebody else after months of silence. WhatsApp itself counts 45 days.
  number_goes_stale_after interval not null default '45 days',

  constraint shop_settings_have_one_row check (is_the_only_row),
  constraint shop_settings_numbers_go_stale_after_days check (number_goes_stale_after >= '1 day')
);

insert into shop_settings default values;

call keep_private('{shop_settings}', '{}');
