import { BALI_DAYS, INDONESIA_TAXES } from "../customs.ts";
import { PLACE } from "../gazetteer.ts";
import type { SeedPlace } from "../types.ts";

export const ubud: SeedPlace = {
  city: "Ubud",
  country: "ID",
  zone: "Asia/Makassar",
  currency: "IDR",
  taxes: INDONESIA_TAXES,
  paymentMethods: ["midtrans", "stripe", "property"],
  childBuckets: [{ maxAge: 3 }, { maxAge: 11 }],
  months: [0.95, 0.85, 0.88, 0.98, 1, 1.08, 1.24, 1.28, 1.12, 1, 0.9, 1.1],
  weekend: 1.12,
  days: BALI_DAYS,
  properties: [
    {
      name: "Sawah Terrace House",
      organization: "Sawah & Segara",
      destinationId: PLACE.ubud,
      address: "Jalan Raya Tegallalang 41, Ubud, Gianyar, Bali",
      latitude: -8.4713,
      longitude: 115.2789,
      stars: 4,
      phone: "+623619084100",
      amenities: ["pool", "wifi", "breakfast", "spa", "parking", "restaurant", "airport_shuttle", "yoga"],
      scene: "rice-terraces",
      palette: "jade",
      breakfast: 9_500_000,
      flexible: {
        name: "Free until three days before",
        rules: [
          { daysBefore: 3, time: "18:00", fee: { kind: "nights", value: 1 } },
          { daysBefore: 1, time: "18:00", fee: { kind: "percent", value: 100 } },
        ],
      },
      summary: {
        en: "Eleven rooms on the lip of the Tegallalang terraces, where the morning mist lifts off the paddies just as the coffee arrives.",
        id: "Sebelas kamar di tepi sawah berundak Tegallalang; kabut pagi terangkat dari petak-petak padi tepat saat kopi Anda datang.",
      },
      description: {
        en: "The house steps down the hillside the way the rice does: reception at the road, the open kitchen one level below, then rooms and a long green pool at the edge of the valley. Pak Wayan, who farms the terrace next door, walks guests through the subak water channels at seven each morning; he explains who gets the water first, and why nobody argues.\n\nDinner is whatever came up the path that day, cooked over coconut husk. Afterwards there is gamelan practice in the banjar across the road on Tuesdays and Fridays, and you are welcome to sit on the step and listen.",
        id: "Rumah ini menuruni lereng seperti sawahnya: resepsi di tepi jalan, dapur terbuka setingkat di bawahnya, lalu kamar-kamar dan kolam hijau memanjang di bibir lembah. Pak Wayan, petani di petak sebelah, mengajak tamu menyusuri saluran subak setiap pukul tujuh pagi; ia menerangkan siapa yang mendapat air lebih dulu, dan mengapa tak ada yang berebut.\n\nMakan malam adalah apa pun yang datang dari kebun hari itu, dimasak di atas bara sabut kelapa. Selasa dan Jumat malam ada latihan gamelan di banjar seberang jalan, dan Anda boleh duduk di undakan sambil mendengarkan.",
      },
      goodToKnow: {
        en: "There are 84 steps from the road to the lowest rooms; ask for the upper terrace if stairs are hard. Foreign visitors pay Bali's tourist levy themselves, before arrival. On Nyepi, the day of silence, nobody arrives, leaves or goes outside.",
        id: "Ada 84 anak tangga dari jalan ke kamar terbawah; mintalah teras atas bila tangga menyulitkan. Wisatawan asing membayar sendiri pungutan wisata Bali sebelum tiba. Pada hari Nyepi tidak ada tamu yang datang, pergi, atau keluar rumah.",
      },
      rooms: [
        {
          name: "Terrace Room",
          units: 6,
          adults: 2,
          children: 1,
          beds: [{ kind: "queen", count: 1 }],
          sizeSqm: 30,
          amenities: ["aircon", "terrace", "rain_shower", "safe"],
          price: 115_000_000,
          text: {
            en: "A queen bed facing a folding door, and beyond it a private terrace with two rattan chairs and nothing but rice. Outdoor rain shower under a frangipani.",
            id: "Ranjang queen menghadap pintu lipat, dan di baliknya teras pribadi dengan dua kursi rotan dan hamparan padi. Pancuran luar di bawah pohon kamboja.",
          },
        },
        {
          name: "Family Lumbung",
          units: 3,
          adults: 3,
          children: 2,
          beds: [
            { kind: "king", count: 1 },
            { kind: "single", count: 2 },
          ],
          sizeSqm: 48,
          amenities: ["aircon", "terrace", "bathtub", "kettle"],
          price: 168_000_000,
          text: {
            en: "A raised rice barn with a ladder that children adore: parents below, two beds under the curved thatch, and a tub with a view of the herons.",
            id: "Lumbung panggung dengan tangga yang disukai anak-anak: orang tua di bawah, dua ranjang di bawah lengkung ijuk, dan bak mandi menghadap kawanan kuntul.",
          },
        },
        {
          name: "Valley Pool Villa",
          units: 2,
          adults: 2,
          children: 1,
          beds: [{ kind: "king", count: 1 }],
          sizeSqm: 75,
          amenities: ["aircon", "private_pool", "bathtub", "terrace", "minibar"],
          price: 315_000_000,
          text: {
            en: "The last two rooms before the valley: a stone pool for two, a daybed, and a door that closes on everyone else.",
            id: "Dua kamar terakhir sebelum lembah: kolam batu untuk berdua, balai-balai, dan pintu yang menutup dari siapa saja.",
          },
        },
      ],
    },
    {
      name: "Campuhan Ridge Retreat",
      organization: "Sawah & Segara",
      destinationId: PLACE.ubud,
      address: "Jalan Bangkiang Sidem 7, Kedewatan, Ubud, Bali",
      latitude: -8.4936,
      longitude: 115.2511,
      stars: 5,
      phone: "+623619084200",
      checkInFrom: "15:00",
      checkOutUntil: "12:00",
      amenities: ["pool", "wifi", "breakfast", "spa", "restaurant", "bar", "airport_shuttle", "yoga", "gym"],
      scene: "volcano-gate",
      palette: "dawn",
      breakfast: 18_000_000,
      flexible: {
        name: "Free until a week before",
        rules: [
          { daysBefore: 7, time: "12:00", fee: { kind: "percent", value: 50 } },
          { daysBefore: 2, time: "12:00", fee: { kind: "percent", value: 100 } },
        ],
      },
      summary: {
        en: "Suites in alang-alang thatch above the meeting of two rivers, with a yoga floor that looks straight at Mount Agung.",
        id: "Suite beratap alang-alang di atas pertemuan dua sungai, dengan lantai yoga yang menatap langsung Gunung Agung.",
      },
      description: {
        en: "Two rivers meet under the ridge, and the sound reaches every suite. The old grass path begins at our gate; walk it before eight, while the light is low and the artists are still asleep, and come back to turmeric juice and a table under the jackfruit tree.\n\nThe spa works with what grows here: clove, vetiver, rice. Nothing is rushed. The kitchen serves a long Balinese rijsttafel at seven, and a short menu for people who would rather have noodles in bed.",
        id: "Dua sungai bertemu di kaki punggung bukit, dan suaranya sampai ke setiap suite. Jalan setapak berumput bermula di gerbang kami; susuri sebelum pukul delapan, selagi cahaya rendah dan para pelukis masih tidur, lalu pulanglah untuk segelas kunyit asam di bawah pohon nangka.\n\nSpa kami memakai yang tumbuh di sini: cengkih, akar wangi, beras. Tak ada yang tergesa. Dapur menyajikan santapan Bali lengkap pukul tujuh malam, dan menu singkat bagi yang lebih suka bakmi di tempat tidur.",
      },
      goodToKnow: {
        en: "The restaurant asks for covered shoulders at dinner. Guests under twelve are welcome at the lower pool. The shuttle to Ubud market leaves on the hour until 21:00. On Nyepi the gates stay shut from dawn to dawn.",
        id: "Restoran meminta bahu tertutup saat makan malam. Tamu di bawah dua belas tahun dipersilakan di kolam bawah. Antar-jemput ke pasar Ubud berangkat setiap jam hingga 21.00. Pada hari Nyepi gerbang tertutup dari fajar ke fajar.",
      },
      rooms: [
        {
          name: "Garden Suite",
          units: 8,
          adults: 2,
          children: 1,
          beds: [{ kind: "king", count: 1 }],
          sizeSqm: 52,
          amenities: ["aircon", "bathtub", "terrace", "minibar", "safe"],
          price: 285_000_000,
          text: {
            en: "Carved teak doors, a deep terrazzo tub and a walled garden where the geckos keep time.",
            id: "Pintu jati berukir, bak teraso yang dalam, dan taman berdinding tempat tokek menjaga waktu.",
          },
        },
        {
          name: "Ridge Suite",
          units: 6,
          adults: 3,
          children: 1,
          beds: [
            { kind: "king", count: 1 },
            { kind: "sofa", count: 1 },
          ],
          sizeSqm: 68,
          amenities: ["aircon", "bathtub", "balcony", "minibar", "safe", "coffee_machine"],
          price: 365_000_000,
          text: {
            en: "A corner suite on stilts. The balcony hangs over the gorge, and on clear mornings the volcano stands exactly in the middle of it.",
            id: "Suite sudut di atas tiang. Balkonnya menggantung di atas jurang, dan pada pagi cerah gunung berdiri tepat di tengahnya.",
          },
        },
        {
          name: "Two-Bedroom River Villa",
          units: 2,
          adults: 4,
          children: 2,
          beds: [
            { kind: "king", count: 1 },
            { kind: "single", count: 2 },
          ],
          sizeSqm: 140,
          amenities: ["aircon", "private_pool", "bathtub", "kitchen", "terrace", "minibar"],
          price: 690_000_000,
          text: {
            en: "Two pavilions around a black-stone pool, a kitchen with a cook who asks what you like, and a gate to the river steps.",
            id: "Dua paviliun mengelilingi kolam batu hitam, dapur dengan juru masak yang bertanya selera Anda, dan gerbang ke tangga sungai.",
          },
        },
      ],
    },
  ],
};
