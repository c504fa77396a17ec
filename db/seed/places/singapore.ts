import { NEW_YEAR, UNTIL_NOON_OF_ARRIVAL, UNTIL_THE_DAY_BEFORE } from "../customs.ts";
import { PLACE } from "../gazetteer.ts";
import type { SeedPlace } from "../types.ts";

/** Goods and services tax is due on the price with the service charge. */
const PLUS_PLUS = [
  { name: "Service charge", base: "percent" as const, amount: 100_000, inclusive: false, taxed: true },
  { name: "GST", base: "percent" as const, amount: 90_000, inclusive: false },
];

export const singapore: SeedPlace = {
  city: "Singapore",
  country: "SG",
  zone: "Asia/Singapore",
  currency: "SGD",
  taxes: PLUS_PLUS,
  paymentMethods: ["stripe", "property"],
  childBuckets: [{ maxAge: 5 }, { maxAge: 12 }],
  months: [1, 1.04, 1.02, 1, 0.98, 1.04, 1.06, 1.04, 1.12, 1.02, 1, 1.06],
  weekend: 0.96,
  // The night race in September fills the town.
  days: [...NEW_YEAR, { from: "2027-10-07", to: "2027-10-10", factor: 1.9, minStay: 3 }, { from: "2027-02-05", to: "2027-02-08", factor: 1.3, minStay: 2 }],
  properties: [
    {
      name: "Shophouse No. 88",
      organization: "Straits Rooms",
      destinationId: PLACE.singapore,
      address: "88 Ann Siang Hill, Chinatown, Singapore 069728",
      latitude: 1.2812,
      longitude: 103.8459,
      stars: 4,
      phone: "+6564088400",
      checkInFrom: "15:00",
      checkOutUntil: "12:00",
      sameDayCutOff: "02:00",
      amenities: ["wifi", "bar", "library", "restaurant", "laundry"],
      scene: "shophouses",
      palette: "coral",
      breakfast: 2_400,
      flexible: UNTIL_NOON_OF_ARRIVAL,
      summary: {
        en: "Three joined shophouses on the slope of Ann Siang: fan tiles, five-foot way, and kopi pulled long at the counter.",
        id: "Tiga ruko tua yang disatukan di lereng Ann Siang: tegel kipas, emperan lima kaki, dan kopi tarik panjang di konter.",
      },
      description: {
        en: "The stairs are steep because the land was dear. Up them are nineteen rooms around two air wells, each with shutters you can leave open all night and a small brass plate that says who lived there: a letter-writer, a seamstress, a man who taught ballroom dancing to half the harbour.\n\nMaxwell's hawkers are four minutes downhill. The bar makes one cocktail, changes it monthly, and closes when the conversation does.",
        id: "Tangganya curam karena tanahnya mahal. Di atasnya sembilan belas kamar mengelilingi dua sumur udara, masing-masing dengan daun jendela yang boleh terbuka semalaman dan pelat kuningan kecil yang menyebut penghuninya dulu: juru tulis surat, penjahit, dan lelaki yang mengajar dansa separuh pelabuhan.\n\nJajanan Maxwell empat menit menuruni bukit. Bar kami membuat satu koktail, menggantinya tiap bulan, dan tutup ketika obrolan usai.",
      },
      goodToKnow: {
        en: "No lift; we carry luggage. Service charge and GST are added to the room price. Quiet hours from 23:00, and the whole building is smoke-free.",
        id: "Tanpa lift; kami mengangkat koper. Biaya layanan dan GST ditambahkan pada harga kamar. Jam tenang mulai pukul 23.00, seluruh gedung bebas rokok.",
      },
      rooms: [
        {
          name: "Five-Foot Room",
          units: 8,
          adults: 1,
          children: 0,
          beds: [{ kind: "double", count: 1 }],
          sizeSqm: 13,
          amenities: ["aircon", "desk", "safe"],
          price: 16_500,
          text: {
            en: "Small, exact and clever: a double bed in an alcove, a fold-down desk, a shower with a skylight.",
            id: "Kecil, tepat, dan cerdik: ranjang ganda di ceruk, meja lipat, pancuran dengan jendela langit.",
          },
        },
        {
          name: "Air-Well Double",
          units: 8,
          adults: 2,
          children: 0,
          beds: [{ kind: "queen", count: 1 }],
          sizeSqm: 20,
          amenities: ["aircon", "desk", "safe", "kettle"],
          price: 24_000,
          text: {
            en: "Faces the inner court and its fig tree. Rain falls straight down the middle of the house, and you will listen.",
            id: "Menghadap halaman dalam dan pohon aranya. Hujan jatuh lurus di tengah rumah, dan Anda akan mendengarkannya.",
          },
        },
        {
          name: "Letter-Writer's Suite",
          units: 3,
          adults: 3,
          children: 1,
          beds: [
            { kind: "king", count: 1 },
            { kind: "sofa", count: 1 },
          ],
          sizeSqm: 38,
          amenities: ["aircon", "bathtub", "desk", "safe", "minibar"],
          price: 39_500,
          text: {
            en: "The whole street front of the second floor: louvred doors, a clawfoot tub, and the writing desk that started it.",
            id: "Seluruh muka jalan di lantai dua: pintu kisi, bak berkaki cakar, dan meja tulis yang memulai semuanya.",
          },
        },
      ],
    },
    {
      name: "Tanjong Rhu Bayfront",
      organization: "Straits Rooms",
      destinationId: PLACE.singapore,
      address: "12 Rhu Cross, Singapore 437430",
      latitude: 1.2969,
      longitude: 103.8742,
      stars: 5,
      phone: "+6564088500",
      checkInFrom: "15:00",
      sameDayCutOff: "02:00",
      amenities: ["pool", "wifi", "gym", "spa", "restaurant", "bar", "parking", "family_rooms", "accessible", "bicycles"],
      scene: "garden-bay",
      palette: "night",
      taxes: PLUS_PLUS.map((tax) => ({ ...tax, inclusive: true })),
      breakfast: 3_800,
      flexible: UNTIL_THE_DAY_BEFORE,
      summary: {
        en: "A garden tower on the quiet side of the bay; the skyline is across the water, where a skyline looks its best.",
        id: "Menara taman di sisi teluk yang tenang; cakrawala kota ada di seberang air, tempat ia tampak paling indah.",
      },
      description: {
        en: "Every balcony carries its own hedge, and from below the building looks like something that grew. You swim along the eighth floor between ferns, with the giant garden trees lighting up across the channel at a quarter to eight.\n\nThe riverside path starts at the door: forty minutes' walk to the Barrage, twelve by our bicycles to the laksa of Katong.",
        id: "Tiap balkon membawa pagarnya sendiri, dan dari bawah gedung ini tampak seperti sesuatu yang tumbuh. Anda berenang di lantai delapan di antara pakis, sementara pohon-pohon taman raksasa menyala di seberang selat pukul delapan kurang seperempat.\n\nJalan tepi sungai bermula di depan pintu: empat puluh menit berjalan ke Barrage, dua belas menit bersepeda ke laksa Katong.",
      },
      goodToKnow: {
        en: "All taxes and service are in the price. One child up to five sleeps free in an existing bed. National Day fireworks are seen from the pool; places are drawn by lot.",
        id: "Pajak dan layanan sudah termasuk. Satu anak sampai lima tahun tidur gratis di ranjang yang ada. Kembang api Hari Nasional tampak dari kolam; tempatnya diundi.",
      },
      rooms: [
        {
          name: "Garden King",
          units: 48,
          adults: 2,
          children: 1,
          beds: [{ kind: "king", count: 1 }],
          sizeSqm: 33,
          amenities: ["aircon", "balcony", "desk", "safe", "minibar", "coffee_machine"],
          price: 32_000,
          text: {
            en: "A planted balcony deep enough for breakfast, and a bed turned towards the morning.",
            id: "Balkon bertanaman yang cukup dalam untuk sarapan, dan ranjang yang menghadap pagi.",
          },
        },
        {
          name: "Bay Twin",
          units: 30,
          adults: 3,
          children: 1,
          beds: [{ kind: "queen", count: 2 }],
          sizeSqm: 38,
          amenities: ["aircon", "balcony", "desk", "safe", "minibar", "city_view"],
          price: 38_500,
          text: {
            en: "Two queen beds, and the whole lit skyline doubled in the water.",
            id: "Dua ranjang queen, dan seluruh cakrawala menyala yang berlipat dua di air.",
          },
        },
        {
          name: "Canopy Family Suite",
          units: 8,
          adults: 4,
          children: 2,
          beds: [
            { kind: "king", count: 1 },
            { kind: "bunk", count: 1 },
            { kind: "sofa", count: 1 },
          ],
          sizeSqm: 66,
          amenities: ["aircon", "balcony", "bathtub", "kitchenette", "safe", "city_view"],
          price: 64_000,
          text: {
            en: "A children's cabin with bunks like a night train, and a bath beside the window for the grown-ups.",
            id: "Kabin anak dengan ranjang susun seperti kereta malam, dan bak mandi di samping jendela bagi orang tuanya.",
          },
        },
      ],
    },
  ],
};
