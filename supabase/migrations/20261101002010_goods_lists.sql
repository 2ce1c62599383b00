-- What the shop does not buy, and what it buys only with care. A list is never changed: the owner publishes the next
-- one, and a quotation keeps which one it was held against.
create table goods_lists (
  version      integer generated always as identity primary key,
  published_by text not null,
  published_at timestamptz not null default now(),

  constraint goods_lists_say_who_published_them check (btrim(published_by) <> '')
);

create table goods_rules (
  id      bigint generated always as identity primary key,
  version integer not null references goods_lists on delete cascade,
  ruling  text not null,
  goods   text not null,    -- what it is about, as a customer reads it
  words   text[] not null,  -- words and phrases that give it away, in lower case
  advice  text not null,    -- why not, or what is needed

  constraint goods_rules_are_one_per_goods unique (version, goods),
  constraint goods_rules_name_words check (cardinality(words) > 0),
  constraint goods_rules_ruling_is_known check (ruling in (
    'prohibited',  -- never bought
    'restricted'   -- staff decide, and say what it needs
  ))
);

-- The first list: what Uganda does not let in or asks papers for, and what no airline carries.
insert into goods_lists (published_by) values ('Luminous');
insert into goods_rules (version, ruling, goods, words, advice)
select (select max(version) from goods_lists), ruling, goods, string_to_array(words, ', '), advice
  from (values
    ('prohibited', 'Weapons and ammunition', 'gun, guns, pistol, rifle, firearm, firearms, ammunition, ammo, taser, stun gun, pepper spray, grenade',
     'Weapons cannot be imported for private persons.'),
    ('prohibited', 'Drugs', 'cannabis, marijuana, cocaine, heroin, cbd, thc, khat, methamphetamine',
     'Narcotics are forbidden by law.'),
    ('prohibited', 'Counterfeit goods and money', 'replica watch, fake money, counterfeit, first copy, 1 1 copy',
     'Copies of protected brands and of money are destroyed by customs.'),
    ('prohibited', 'Pornography', 'porn, pornographic, sex doll, sex toy, vibrator, dildo',
     'Pornographic goods are forbidden by law.'),
    ('prohibited', 'Protected animals and plants', 'ivory, rhino horn, pangolin, tortoise shell, leopard skin',
     'Trade in endangered species is forbidden.'),
    ('prohibited', 'Used underwear', 'used underwear, second hand underwear, used bra, used panties, used socks',
     'Used undergarments cannot be imported into Uganda.'),
    ('prohibited', 'Skin bleaching products', 'skin bleaching, bleaching cream, hydroquinone, mercury soap',
     'Cosmetics with mercury or hydroquinone are banned.'),
    ('prohibited', 'Explosives and fireworks', 'fireworks, firecracker, firecrackers, explosive, explosives, gunpowder',
     'No carrier takes explosives.'),
    ('prohibited', 'Thin plastic bags', 'kaveera, plastic carrier bags',
     'Plastic bags thinner than 30 microns are banned.'),
    ('restricted', 'Medicines and supplements', 'medicine, medicines, tablets, capsules, antibiotic, prescription, supplement, supplements, vitamins, insulin',
     'The National Drug Authority must agree; ask for the prescription.'),
    ('restricted', 'Drones', 'drone, drones, quadcopter, dji', 'A clearance of the Civil Aviation Authority is needed.'),
    ('restricted', 'Radios and trackers', 'walkie talkie, two way radio, transmitter, signal booster, signal jammer, gps tracker',
     'The Communications Commission must approve the type.'),
    ('restricted', 'Batteries and power banks', 'power bank, powerbank, lithium battery, e bike battery, spare battery',
     'Lithium batteries travel by sea or with a declared courier only.'),
    ('restricted', 'Liquids, sprays and perfume', 'perfume, cologne, aerosol, spray, nail polish, paint',
     'Flammable liquids fly as dangerous goods: ask the hub for the rate.'),
    ('restricted', 'Food, seeds and plants', 'seeds, seedling, plant, meat, cheese, honey, pet food, animal feed',
     'A phytosanitary or veterinary certificate is needed.'),
    ('restricted', 'Alcohol and tobacco', 'wine, whisky, whiskey, vodka, beer, cigarettes, tobacco, vape, vapes, e cigarette',
     'Excise duty and an importer''s licence apply.')
  ) first (ruling, goods, words, advice);

call keep_private('{goods_lists,goods_rules}', '{}');
