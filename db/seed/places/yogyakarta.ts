import { INDONESIA_TAXES, INDONESIA_TAXES_INCLUDED, LEBARAN, NEW_YEAR, UNTIL_THE_DAY_BEFORE, UNTIL_TWO_DAYS_BEFORE } from "../customs.ts";
import { PLACE } from "../gazetteer.ts";
import type { SeedPlace } from "../types.ts";

export const yogyakarta: SeedPlace = {
  city: "Yogyakarta",
  country: "ID",
  zone: "Asia/Jakarta",
  currency: "IDR",
  taxes: INDONESIA_TAXES,
  paymentMethods: ["midtrans", "property"],
  childBuckets: [{ maxAge: 4 }, { maxAge: 11 }],
  months: [0.95, 0.9, 0.95, 1, 1.05, 1.15, 1.2, 1.1, 0.98, 1, 0.95, 1.15],
  weekend: 1.2,
  days: [...LEBARAN, ...NEW_YEAR, { from: "12-22", to: "12-28", factor: 1.25, minStay: 2 }],
  properties: [
    {
      name: "Taman Prawirotaman",
      organization: "Omah Jogja",
      destinationId: PLACE.yogyakarta,
      address: "Jalan Prawirotaman II 14, Mergangsan, Yogyakarta",
      latitude: -7.8189,
      longitude: 110.3712,
      stars: 3,
      phone: "+622745084100",
      amenities: ["pool", "wifi", "breakfast", "garden", "bicycles", "restaurant", "library"],
      scene: "joglo",
      palette: "amber",
      taxes: INDONESIA_TAXES_INCLUDED,
      breakfast: 6_500_000,
      flexible: UNTIL_TWO_DAYS_BEFORE,
      summary: {
        en: "A batik merchant's joglo with a tiled pool where the dyeing vats used to be, in the street where Jogja's painters drink coffee.",
        id: "Joglo saudagar batik dengan kolam bertegel di bekas bak pencelupan, di jalan tempat para pelukis Jogja minum kopi.",
      },
      description: {
        en: "Four teak pillars have held this roof since 1912, and the family that raised them still pours the tea. Mornings begin with gudeg from the lady at the corner and a becak bell; the Sultan's palace is fifteen minutes by bicycle, mostly downhill.\n\nOn Wednesday afternoons Mbak Sri teaches batik in the pendopo. You will burn your fingers a little and take home a handkerchief that nobody else has.",
        id: "Empat saka guru telah menyangga atap ini sejak 1912, dan keluarga yang mendirikannya masih menuangkan teh. Pagi bermula dengan gudeg dari ibu di pojok jalan dan bel becak; keraton lima belas menit bersepeda, sebagian besar menurun.\n\nRabu sore Mbak Sri mengajar membatik di pendopo. Jari Anda akan sedikit kena malam panas, dan Anda pulang membawa saputangan yang tak dimiliki orang lain.",
      },
      goodToKnow: {
        en: "The house is quiet after 22:00. Breakfast can be Javanese or plain. Early train? We make a nasi bungkus at 04:30.",
        id: "Rumah tenang setelah pukul 22.00. Sarapan bisa ala Jawa atau biasa. Kereta pagi? Kami bungkuskan nasi pukul 04.30.",
      },
      rooms: [
        { name: "Batik Room", units: 9, adults: 2, children: 1, beds: [{ kind: "queen", count: 1 }], sizeSqm: 24, amenities: ["aircon", "terrace", "kettle"], price: 52_000_000,
          text: { en: "Each has the pattern of one Javanese town on the wall above the bed. Ask for Parang if you like diagonals.", id: "Masing-masing membawa corak satu kota Jawa di dinding atas ranjang. Mintalah Parang bila suka garis miring." } },
        { name: "Pendopo Twin", units: 6, adults: 2, children: 2, beds: [{ kind: "single", count: 2 }], sizeSqm: 26, amenities: ["aircon", "terrace", "kettle", "desk"], price: 56_000_000,
          text: { en: "Two carved beds facing the old dance floor; on rehearsal nights you have the best seats.", id: "Dua ranjang berukir menghadap lantai tari lama; pada malam latihan Anda mendapat kursi terbaik." } },
        { name: "Merchant's Suite", units: 2, adults: 3, children: 1, beds: [{ kind: "king", count: 1 }, { kind: "single", count: 1 }], sizeSqm: 46, amenities: ["aircon", "bathtub", "terrace", "fridge", "desk"], price: 110_000_000,
          text: { en: "The old counting room: stained glass, a brass bed, and a ledger of 1931 under glass that we still can't balance.", id: "Bekas ruang hitung: kaca patri, ranjang kuningan, dan buku besar tahun 1931 di balik kaca yang sampai kini belum seimbang." } },
      ],
    },
    {
      name: "Menoreh Sunrise Lodge",
      organization: "Omah Jogja",
      destinationId: PLACE.yogyakarta,
      address: "Dusun Kerahan, Borobudur, Magelang (40 km from Yogyakarta)",
      latitude: -7.6264,
      longitude: 110.1975,
      stars: 4,
      phone: "+622745084200",
      amenities: ["pool", "wifi", "breakfast", "restaurant", "parking", "yoga", "airport_shuttle", "bicycles"],
      scene: "stupa-volcano",
      palette: "dawn",
      breakfast: 9_000_000,
      flexible: UNTIL_THE_DAY_BEFORE,
      summary: {
        en: "Ten wooden houses in the hills behind Borobudur, woken gently at four by a knock, a lamp and a cup of ginger.",
        id: "Sepuluh rumah kayu di perbukitan belakang Borobudur, dibangunkan lembut pukul empat oleh ketukan, lampu, dan secangkir jahe.",
      },
      description: {
        en: "From the lodge's own ridge the great stupa floats on mist like a ship, with Merapi smoking behind it. The walk up takes twelve minutes in the dark; Mas Budi carries the lamp and the blankets, and says nothing until the sun is out.\n\nThe rest of the day is easy. Cassava-cracker villages, a pottery wheel, an andong cart through the fields, then a long lunch under the langsat trees.",
        id: "Dari punggung bukit pondok kami, stupa agung mengapung di atas kabut seperti kapal, dengan Merapi berasap di belakangnya. Jalan naiknya dua belas menit dalam gelap; Mas Budi membawa lampu dan selimut, dan tak berkata apa-apa sampai matahari terbit.\n\nSelebihnya hari berjalan ringan. Kampung kerupuk singkong, roda gerabah, andong menyusuri sawah, lalu makan siang panjang di bawah pohon langsat.",
      },
      goodToKnow: {
        en: "Tickets to climb the monument are limited each day; tell us two days ahead. Nights are cool from June to August. The last kilometre is steep: small cars only.",
        id: "Tiket naik candi dibatasi per hari; beri tahu kami dua hari sebelumnya. Malam sejuk dari Juni sampai Agustus. Kilometer terakhir curam: hanya mobil kecil.",
      },
      rooms: [
        { name: "Limasan House", units: 7, adults: 2, children: 1, beds: [{ kind: "king", count: 1 }], sizeSqm: 36, amenities: ["terrace", "rain_shower", "kettle", "mountain_view"], price: 98_000_000,
          text: { en: "A village house moved here plank by plank, with a verandah to the west and a stone bath open to the stars.", id: "Rumah kampung yang dipindah papan demi papan, dengan beranda ke barat dan kamar mandi batu beratap bintang." } },
        { name: "Family Joglo", units: 3, adults: 4, children: 2, beds: [{ kind: "queen", count: 2 }], sizeSqm: 64, amenities: ["terrace", "bathtub", "kettle", "fridge", "mountain_view"], price: 175_000_000,
          text: { en: "Two queen beds under a carved ceiling, floor cushions, a shadow-puppet screen and the puppets to go with it.", id: "Dua ranjang queen di bawah langit-langit berukir, bantal lantai, kelir wayang, dan wayangnya sekaligus." } },
      ],
    },
  ],
};
