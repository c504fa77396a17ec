import { NEW_YEAR, UNTIL_THE_DAY_BEFORE, UNTIL_TWO_DAYS_BEFORE } from "../customs.ts";
import { PLACE } from "../gazetteer.ts";
import type { SeedPlace } from "../types.ts";

export const bangkok: SeedPlace = {
  city: "Bangkok",
  country: "TH",
  zone: "Asia/Bangkok",
  currency: "THB",
  taxes: [
    { name: "Service charge 10%", base: "percent", amount: 1_000, inclusive: false },
    { name: "VAT 7% on price and service", base: "percent", amount: 770, inclusive: false },
  ],
  paymentMethods: ["stripe", "property"],
  childBuckets: [{ maxAge: 4 }, { maxAge: 11 }],
  months: [1.18, 1.14, 1.04, 1, 0.88, 0.86, 0.92, 0.94, 0.84, 0.92, 1.1, 1.2],
  weekend: 1.08,
  days: [...NEW_YEAR, { from: "04-12", to: "04-15", factor: 1.3, minStay: 2 }, { from: "2027-11-12", to: "2027-11-14", factor: 1.3 }],
  properties: [
    {
      name: "Baan Chao Phraya",
      organization: "Chao Phraya Houses",
      destinationId: PLACE.bangkok,
      address: "23 Soi Wang Lang, Bangkok Noi, Bangkok 10700",
      latitude: 13.7554,
      longitude: 100.4861,
      stars: 5,
      phone: "+6621058400",
      checkOutUntil: "12:00",
      amenities: ["pool", "wifi", "breakfast", "spa", "restaurant", "bar", "boat_pier", "gym", "airport_shuttle"],
      scene: "river-prang",
      palette: "sunset",
      breakfast: 75_000,
      flexible: UNTIL_TWO_DAYS_BEFORE,
      summary: {
        en: "A teak house with its own pier, opposite the spires; long-tail boats write their names in the water all evening.",
        id: "Rumah jati dengan dermaga sendiri, berseberangan dengan puncak-puncak candi; perahu ekor panjang menulis namanya di air sepanjang petang.",
      },
      description: {
        en: "Arrive by river if you can: the boatman knows our lantern. Behind the pier is a garden of jasmine and noisy mynah birds, and behind that twenty-two rooms in dark teak with silk the colour of tamarind.\n\nKhun Noi's cooking class starts at the Wang Lang market at seven, where she argues about basil on your behalf. At dusk the porcelain towers across the river catch the last sun, and someone puts a cold drink beside you without being asked.",
        id: "Datanglah lewat sungai bila bisa: tukang perahu mengenal lentera kami. Di belakang dermaga ada taman melati dan burung tiong yang ribut, dan di belakangnya dua puluh dua kamar jati gelap dengan sutra sewarna asam jawa.\n\nKelas memasak Khun Noi bermula di pasar Wang Lang pukul tujuh; ia menawar kemangi demi Anda. Menjelang senja menara porselen di seberang menangkap matahari terakhir, dan seseorang meletakkan minuman dingin di samping Anda tanpa diminta.",
      },
      goodToKnow: {
        en: "The free boat crosses to the palace side every twenty minutes until 22:30. Water fights at Songkran, 13 to 15 April, are lively and unavoidable. Alcohol isn't served on five Buddhist holidays.",
        id: "Perahu gratis menyeberang ke sisi istana tiap dua puluh menit sampai 22.30. Perang air Songkran, 13–15 April, meriah dan tak terhindarkan. Alkohol tidak disajikan pada lima hari besar Buddha.",
      },
      rooms: [
        { name: "Jasmine Room", units: 10, adults: 2, children: 1, beds: [{ kind: "queen", count: 1 }], sizeSqm: 32, amenities: ["aircon", "terrace", "safe", "minibar"], price: 480_000,
          text: { en: "On the garden, with a deep step where you leave your shoes and, quite often, the day.", id: "Di tepi taman, dengan undakan lebar tempat Anda menanggalkan sepatu dan, kerap kali, seluruh hari." } },
        { name: "River Room", units: 8, adults: 2, children: 1, beds: [{ kind: "king", count: 1 }], sizeSqm: 40, amenities: ["aircon", "balcony", "bathtub", "safe", "minibar", "river_view"], price: 720_000,
          text: { en: "A balcony over the water. Barges pass so slowly that you can learn the dogs on board.", id: "Balkon di atas air. Tongkang lewat begitu pelan sampai Anda hafal anjing-anjing di atasnya." } },
        { name: "Captain's Suite", units: 4, adults: 4, children: 1, beds: [{ kind: "king", count: 1 }, { kind: "single", count: 2 }], sizeSqm: 70, amenities: ["aircon", "balcony", "bathtub", "safe", "minibar", "river_view", "coffee_machine"], price: 1_180_000,
          text: { en: "Two rooms at the river corner, with the old harbour master's charts and his excellent armchair.", id: "Dua kamar di sudut sungai, dengan peta syahbandar lama dan kursi tangannya yang luar biasa." } },
      ],
    },
    {
      name: "Ari Yard",
      organization: "Chao Phraya Houses",
      destinationId: PLACE.bangkok,
      address: "7 Soi Ari Samphan 4, Phaya Thai, Bangkok 10400",
      latitude: 13.7801,
      longitude: 100.5394,
      stars: 3,
      phone: "+6621058500",
      sameDayCutOff: "03:00",
      amenities: ["wifi", "coworking", "garden", "laundry", "bar", "bicycles", "pet_friendly"],
      scene: "river-prang",
      palette: "night",
      breakfast: 22_000,
      flexible: UNTIL_THE_DAY_BEFORE,
      summary: {
        en: "Twenty-six simple rooms around a mango tree in Ari, the neighbourhood where Bangkok goes for its own weekends.",
        id: "Dua puluh enam kamar sederhana mengelilingi pohon mangga di Ari, tempat orang Bangkok berakhir pekan.",
      },
      description: {
        en: "We used to be a printing works, which is why the floors are so strong and the numbers on the doors so large. Today there is a coffee roaster in the press room and a yard where the cat holds office hours.\n\nThe Skytrain is eight minutes on foot, past noodle carts that know our guests by their mispronunciations. Chatuchak market is two stops away; go at eight, be back by noon, sleep.",
        id: "Dulu kami percetakan, itulah sebabnya lantainya kukuh dan nomor pintunya besar. Kini ada penyangrai kopi di ruang cetak dan halaman tempat si kucing membuka jam kerja.\n\nSkytrain delapan menit berjalan kaki, melewati gerobak mi yang mengenali tamu kami dari salah ucapnya. Pasar Chatuchak dua stasiun; pergilah pukul delapan, pulang tengah hari, lalu tidur.",
      },
      goodToKnow: {
        en: "Self-service laundry is free. The yard closes at midnight; the front door has a code. Dogs under 12 kg stay for nothing if the cat agrees.",
        id: "Cuci mandiri gratis. Halaman tutup tengah malam; pintu depan memakai kode. Anjing di bawah 12 kg menginap gratis bila si kucing setuju.",
      },
      rooms: [
        { name: "Press Room Single", units: 8, adults: 1, children: 0, beds: [{ kind: "single", count: 1 }], sizeSqm: 12, amenities: ["aircon", "desk", "shared_bathroom"], price: 95_000,
          text: { en: "A desk, a bed, a window, a lamp. Everything a novelist needs but the novel.", id: "Meja, ranjang, jendela, lampu. Semua yang dibutuhkan novelis, kecuali novelnya." } },
        { name: "Mango Double", units: 14, adults: 2, children: 1, beds: [{ kind: "queen", count: 1 }], sizeSqm: 21, amenities: ["aircon", "desk", "kettle"], price: 165_000,
          text: { en: "Polished concrete, a green-tiled shower and leaves at the window. In April you can pick breakfast.", id: "Beton poles, pancuran bertegel hijau, dan dedaunan di jendela. Di bulan April Anda bisa memetik sarapan." } },
        { name: "Typesetters' Quad", units: 4, adults: 4, children: 0, beds: [{ kind: "bunk", count: 2 }], sizeSqm: 28, amenities: ["aircon", "locker", "desk"], price: 250_000,
          text: { en: "Four long bunks with curtains and drawers that once held every letter of the Thai alphabet.", id: "Empat ranjang susun panjang dengan tirai dan laci yang dulu menyimpan semua huruf Thai." } },
      ],
    },
  ],
};
