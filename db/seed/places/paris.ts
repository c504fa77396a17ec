import { NEW_YEAR, UNTIL_FIVE_DAYS_BEFORE, UNTIL_THE_DAY_BEFORE } from "../customs.ts";
import { PLACE } from "../gazetteer.ts";
import type { SeedPlace, SeedTax } from "../types.ts";

const VAT: SeedTax = { name: "VAT", base: "percent", amount: 100_000, inclusive: true };

/** By the hotel's stars, per adult and night; minors are exempt. */
function touristTax(amount: number): SeedTax {
  return {
    name: "Taxe de séjour",
    base: "per_person_night",
    amount,
    inclusive: false,
    collect: "property",
    exemptAge: 17,
  };
}

export const paris: SeedPlace = {
  city: "Paris",
  country: "FR",
  zone: "Europe/Paris",
  currency: "EUR",
  taxes: [VAT, touristTax(845)],
  paymentMethods: ["stripe", "property"],
  childBuckets: [{ maxAge: 2 }, { maxAge: 11 }],
  months: [0.82, 0.84, 0.96, 1.06, 1.14, 1.2, 1.06, 0.9, 1.16, 1.12, 0.92, 1],
  weekend: 1.06,
  days: [...NEW_YEAR, { from: "02-13", to: "02-14", factor: 1.25, minStay: 2 }, { from: "2027-09-27", to: "2027-10-05", factor: 1.35, minStay: 2 }],
  properties: [
    {
      name: "Hôtel des Toits Bleus",
      organization: "Maisons Lumen",
      destinationId: PLACE.paris,
      address: "41 rue Lepic, 75018 Paris",
      latitude: 48.8857,
      longitude: 2.3349,
      stars: 4,
      phone: "+33184084100",
      checkInFrom: "15:00",
      checkOutUntil: "12:00",
      amenities: ["wifi", "breakfast", "bar", "terrace", "library"],
      scene: "zinc-rooftops",
      palette: "dusk",
      breakfast: 1_900,
      flexible: UNTIL_THE_DAY_BEFORE,
      summary: {
        en: "A narrow Montmartre house of twenty-four rooms under blue zinc, where the sixth floor has the sunsets and the cellar has the jazz.",
        id: "Rumah sempit di Montmartre, dua puluh empat kamar di bawah seng biru; lantai enam punya senja, ruang bawah tanah punya jazz.",
      },
      description: {
        en: "The lift holds two people who like each other. It rises past a wine-red staircase to rooms papered with rooftops, which is also what they look at: chimneys, cats, the odd violinist, the whole grey-blue sea of Paris going pink.\n\nBreakfast is short and serious: butter from Brittany, one perfect croissant, coffee in a bowl. The rue Lepic market is downstairs, the windmill is upstairs, and Monsieur Baptiste at the desk has written down the opening hours of everything good.",
        id: "Liftnya muat dua orang yang saling menyukai. Ia naik melewati tangga merah anggur ke kamar berkertas dinding atap-atap, yang juga menjadi pemandangannya: cerobong, kucing, sesekali pemain biola, seluruh lautan biru kelabu Paris yang memerah.\n\nSarapannya singkat dan serius: mentega Bretagne, satu croissant sempurna, kopi dalam mangkuk. Pasar rue Lepic di bawah, kincir angin di atas, dan Monsieur Baptiste di resepsi mencatat jam buka segala yang enak.",
      },
      goodToKnow: {
        en: "The tourist tax of €8.45 an adult and night is paid at the hotel; under-eighteens pay nothing. Jazz in the cellar on Thursdays ends at 23:00.",
        id: "Pajak turis €8,45 per orang dewasa per malam dibayar di hotel; di bawah delapan belas tahun bebas. Jazz di ruang bawah tanah tiap Kamis selesai pukul 23.00.",
      },
      rooms: [
        {
          name: "Courtyard Double",
          units: 10,
          adults: 2,
          children: 0,
          beds: [{ kind: "double", count: 1 }],
          sizeSqm: 15,
          amenities: ["aircon", "desk", "safe"],
          price: 18_900,
          text: {
            en: "Over the ivy and the concierge's geraniums. The silence surprises everyone.",
            id: "Di atas tanaman rambat dan geranium si penjaga. Heningnya mengejutkan semua orang.",
          },
        },
        {
          name: "Rooftop View Double",
          units: 10,
          adults: 2,
          children: 1,
          beds: [{ kind: "queen", count: 1 }],
          sizeSqm: 19,
          amenities: ["aircon", "desk", "safe", "minibar", "city_view"],
          price: 24_500,
          text: {
            en: "Fourth floor and up: a French window, a rail to lean on, and the tower sparkling on the hour.",
            id: "Lantai empat ke atas: jendela Prancis, pagar untuk bersandar, dan menara yang berkelip tiap jam.",
          },
        },
        {
          name: "Atelier under the Zinc",
          units: 2,
          adults: 3,
          children: 1,
          beds: [
            { kind: "king", count: 1 },
            { kind: "sofa", count: 1 },
          ],
          sizeSqm: 36,
          amenities: ["aircon", "bathtub", "desk", "safe", "minibar", "city_view"],
          price: 41_000,
          text: {
            en: "A painter's studio with the skylight he needed and the bath he deserved.",
            id: "Sanggar pelukis dengan jendela atap yang ia butuhkan dan bak mandi yang pantas ia dapatkan.",
          },
        },
      ],
    },
    {
      name: "Quai des Lanternes",
      organization: "Maisons Lumen",
      destinationId: PLACE.paris,
      address: "18 quai de Béthune, 75004 Paris",
      latitude: 48.8513,
      longitude: 2.3583,
      stars: 5,
      phone: "+33184084200",
      checkInFrom: "15:00",
      checkOutUntil: "12:00",
      sameDayCutOff: "23:30",
      amenities: ["wifi", "breakfast", "spa", "restaurant", "bar", "accessible", "airport_shuttle", "family_rooms"],
      scene: "river-arches",
      palette: "dawn",
      taxes: [VAT, touristTax(1_138)],
      breakfast: 3_400,
      flexible: UNTIL_FIVE_DAYS_BEFORE,
      summary: {
        en: "A seventeenth-century townhouse on the Île Saint-Louis: tall windows, slow river, lamplight on the ceiling until you sleep.",
        id: "Rumah abad ketujuh belas di Île Saint-Louis: jendela tinggi, sungai pelan, cahaya lampu di langit-langit sampai Anda terlelap.",
      },
      description: {
        en: "The island has no metro, one church and the best ice cream in France. Our courtyard door is easily missed, as it was meant to be. Inside are sixteen rooms in chalk colours, floors that creak in a musical way, and a housekeeper, Madame Okafor, who remembers your pillow.\n\nThe barges light their lamps at seven and the reflections climb the walls. Dinner is eight tables on the quay from May on; in winter it moves beside the fire and so, most nights, does everyone.",
        id: "Pulau ini tanpa metro, dengan satu gereja dan es krim terbaik di Prancis. Pintu halaman kami mudah terlewat, memang dimaksudkan begitu. Di dalamnya enam belas kamar berwarna kapur, lantai yang berderit merdu, dan kepala rumah tangga, Madame Okafor, yang mengingat bantal Anda.\n\nTongkang menyalakan lampu pukul tujuh dan pantulannya memanjat dinding. Makan malam delapan meja di tepi sungai mulai Mei; di musim dingin pindah ke samping perapian, dan hampir setiap malam semua orang pun begitu.",
      },
      goodToKnow: {
        en: "The tourist tax of €11.38 an adult and night is paid at the hotel. Two rooms are fully wheelchair-accessible. Cots and a babysitter list are free; the grand piano is for people who can play it.",
        id: "Pajak turis €11,38 per orang dewasa per malam dibayar di hotel. Dua kamar sepenuhnya ramah kursi roda. Boks bayi dan daftar pengasuh gratis; piano besar bagi yang bisa memainkannya.",
      },
      rooms: [
        {
          name: "Island Room",
          units: 8,
          adults: 2,
          children: 1,
          beds: [{ kind: "queen", count: 1 }],
          sizeSqm: 26,
          amenities: ["aircon", "bathtub", "desk", "safe", "minibar"],
          price: 46_000,
          text: {
            en: "Chalk-green panels and a window on the courtyard lime tree, with bees in June.",
            id: "Panel hijau kapur dan jendela ke pohon linden halaman, dengan lebah di bulan Juni.",
          },
        },
        {
          name: "Seine Room",
          units: 6,
          adults: 2,
          children: 1,
          beds: [{ kind: "king", count: 1 }],
          sizeSqm: 32,
          amenities: ["aircon", "bathtub", "desk", "safe", "minibar", "river_view"],
          price: 62_000,
          text: {
            en: "Two tall windows on the water, and a chaise longue placed by someone who understood.",
            id: "Dua jendela tinggi ke arah air, dan kursi malas yang diletakkan oleh orang yang paham.",
          },
        },
        {
          name: "Family Apartment",
          units: 2,
          adults: 4,
          children: 3,
          beds: [
            { kind: "king", count: 1 },
            { kind: "single", count: 3 },
          ],
          sizeSqm: 78,
          amenities: ["aircon", "bathtub", "kitchen", "washing_machine", "safe", "river_view"],
          price: 112_000,
          text: {
            en: "Two bedrooms and a kitchen with copper pans. Children get the alcove beds, behind curtains, like travellers in a sleeper.",
            id: "Dua kamar dan dapur berpanci tembaga. Anak-anak mendapat ranjang ceruk bertirai, seperti penumpang kereta malam.",
          },
        },
      ],
    },
  ],
};
