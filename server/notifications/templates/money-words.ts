import type { MoneyNews } from "../../bookings/schemas.ts";
import type { Locale } from "../../platform/fields.ts";

// What a guest and a property are told of a state of money that no other message tells of. Amounts come in ready to read.

interface Said {
  subject: (place: string) => string;
  title: string;
  lead: (amount: string, place: string, asked: string) => string;
}
export type GuestNews = Exclude<MoneyNews, "refund_manual" | "dispute_inquiry" | "dispute_open">;
/** A payment beyond what is due is told otherwise where it came for a booking that had ended. */
type Heading = GuestNews | "paid_after_end";
export type PropertyNews = Extract<
  MoneyNews,
  "paid_otherwise" | "lapsed" | "refund_made" | "refund_failed" | "refund_manual" | "dispute_inquiry" | "dispute_open" | "dispute_lost" | "dispute_won"
>;

const EN = {
  paid_beyond: {
    subject: (place) => `A payment for ${place} is not due`,
    title: "You have paid more than is due",
    lead: (amount, place) => `A payment came for your booking at ${place}. ${amount} of it is not due.`,
  },
  paid_after_end: {
    subject: (place) => `Your payment for ${place} came after your booking had ended`,
    title: "Your booking had ended",
    lead: (amount, place) => `Your booking at ${place} had already ended when your payment came. ${amount} of it is not due.`,
  },
  paid_otherwise: {
    subject: (place) => `A payment for ${place} can't be used`,
    title: "A payment can't be used",
    lead: (amount, place, asked) => `A payment of ${amount} came for your booking at ${place}, where ${asked} was asked for. It pays for nothing.`,
  },
  transfer_waiting: {
    subject: (place) => `How to pay for ${place}`,
    title: "Your transfer is waited for",
    lead: (amount, place) => `Please send ${amount} for your booking at ${place}.`,
  },
  lapsed: {
    subject: (place) => `Your payment for ${place} could not be taken`,
    title: "The reservation on your card has ended",
    lead: (amount, place) =>
      `Your bank released the amount held for your booking at ${place} before it was taken. ${amount} is still due. Your booking stands; the property will contact you about it.`,
  },
  refund_made: {
    subject: (place) => `${place} sends money back to you`,
    title: "A refund for you",
    lead: (amount, place) => `${place} has given back ${amount} of your payment. Banks take up to 10 days to show it.`,
  },
  refund_failed: {
    subject: (place) => `Your refund from ${place} did not arrive`,
    title: "A refund failed",
    lead: (amount, place) => `Your bank did not take our refund of ${amount} for your booking at ${place}. You still get it: the property will contact you to send it another way.`,
  },
  refund_by_hand: {
    subject: (place) => `${place} has sent your refund`,
    title: "Your refund was sent",
    lead: (amount, place) => `${place} has sent you ${amount} itself, outside the way you had paid by.`,
  },
  refund_waits: {
    subject: (place) => `Your refund from ${place} waits for your bank`,
    title: "A refund waits",
    lead: (amount, place) =>
      `Your refund of ${amount} for your booking at ${place} can't be made while your bank examines this payment. When it has decided, you either have the money from the bank, or the refund follows.`,
  },
  goodwill: {
    subject: (place) => `${place} gives you money back`,
    title: "A refund for you",
    lead: (amount, place) => `${place} gives you ${amount} back. Your booking stays as it is.`,
  },
  waived: {
    subject: (place) => `${place} asks less of you`,
    title: "A part is not asked of you",
    lead: (_, place) => `${place} waives a part of what your booking cost.`,
  },
  dispute_lost: {
    subject: (place) => `Your bank has decided about your payment for ${place}`,
    title: "Your bank gave the money back",
    lead: (amount, place) => `Your bank has decided the dispute about your payment for ${place} in your favour: you have ${amount} back from it. It is not refunded a second time.`,
  },
  dispute_won: {
    subject: (place) => `Your bank has decided about your payment for ${place}`,
    title: "The payment stands",
    lead: (amount, place) => `Your bank has decided that the disputed payment of ${amount} for ${place} stands.`,
  },
} as const satisfies Record<Heading, Said>;

const ID: Record<Heading, Said> = {
  paid_beyond: {
    subject: (place) => `Pembayaran untuk ${place} melebihi tagihan`,
    title: "Anda membayar lebih dari tagihan",
    lead: (amount, place) => `Ada pembayaran untuk pemesanan Anda di ${place}. ${amount} dari dana itu tidak perlu dibayar.`,
  },
  paid_after_end: {
    subject: (place) => `Pembayaran Anda untuk ${place} tiba setelah pemesanan berakhir`,
    title: "Pemesanan Anda sudah berakhir",
    lead: (amount, place) => `Pemesanan Anda di ${place} sudah berakhir ketika pembayaran Anda tiba. ${amount} dari dana itu tidak perlu dibayar.`,
  },
  paid_otherwise: {
    subject: (place) => `Pembayaran untuk ${place} tidak dapat dipakai`,
    title: "Pembayaran tidak dapat dipakai",
    lead: (amount, place, asked) => `Pembayaran ${amount} tiba untuk pemesanan Anda di ${place}, padahal yang diminta ${asked}. Dana itu tidak dapat dipakai.`,
  },
  transfer_waiting: {
    subject: (place) => `Cara membayar untuk ${place}`,
    title: "Transfer Anda kami tunggu",
    lead: (amount, place) => `Mohon kirim ${amount} untuk pemesanan Anda di ${place}.`,
  },
  lapsed: {
    subject: (place) => `Pembayaran Anda untuk ${place} tidak dapat diambil`,
    title: "Penahanan dana di kartu Anda berakhir",
    lead: (amount, place) =>
      `Bank Anda melepas dana yang ditahan untuk pemesanan di ${place} sebelum sempat diambil. ${amount} masih harus dibayar. Pemesanan Anda tetap berlaku; hotel akan menghubungi Anda.`,
  },
  refund_made: {
    subject: (place) => `${place} mengembalikan dana kepada Anda`,
    title: "Pengembalian dana untuk Anda",
    lead: (amount, place) => `${place} mengembalikan ${amount} dari pembayaran Anda. Bank memerlukan waktu hingga 10 hari untuk menampilkannya.`,
  },
  refund_failed: {
    subject: (place) => `Pengembalian dana dari ${place} belum sampai`,
    title: "Pengembalian dana gagal",
    lead: (amount, place) =>
      `Bank Anda tidak menerima pengembalian ${amount} untuk pemesanan di ${place}. Dana itu tetap menjadi hak Anda: hotel akan menghubungi Anda untuk mengirimnya dengan cara lain.`,
  },
  refund_by_hand: {
    subject: (place) => `${place} sudah mengirim pengembalian dana Anda`,
    title: "Pengembalian dana sudah dikirim",
    lead: (amount, place) => `${place} sudah mengirim ${amount} langsung kepada Anda, di luar cara bayar Anda.`,
  },
  refund_waits: {
    subject: (place) => `Pengembalian dana dari ${place} menunggu bank Anda`,
    title: "Pengembalian dana menunggu",
    lead: (amount, place) =>
      `Pengembalian ${amount} untuk pemesanan Anda di ${place} belum dapat dilakukan selama bank Anda memeriksa pembayaran ini. Setelah diputuskan, dana Anda terima dari bank, atau pengembaliannya menyusul.`,
  },
  goodwill: {
    subject: (place) => `${place} mengembalikan dana kepada Anda`,
    title: "Pengembalian dana untuk Anda",
    lead: (amount, place) => `${place} mengembalikan ${amount} kepada Anda. Pemesanan Anda tetap sama.`,
  },
  waived: {
    subject: (place) => `${place} mengurangi tagihan Anda`,
    title: "Sebagian tidak ditagih kepada Anda",
    lead: (_, place) => `${place} membebaskan sebagian biaya pemesanan Anda.`,
  },
  dispute_lost: {
    subject: (place) => `Bank Anda sudah memutuskan pembayaran untuk ${place}`,
    title: "Bank Anda mengembalikan dana",
    lead: (amount, place) =>
      `Bank Anda mengabulkan sanggahan Anda atas pembayaran untuk ${place}: ${amount} sudah kembali kepada Anda melalui bank. Dana itu tidak dikembalikan dua kali.`,
  },
  dispute_won: {
    subject: (place) => `Bank Anda sudah memutuskan pembayaran untuk ${place}`,
    title: "Pembayaran tetap berlaku",
    lead: (amount, place) => `Bank Anda memutuskan bahwa pembayaran ${amount} untuk ${place} tetap berlaku.`,
  },
};

export const GUEST_NEWS = { en: EN, id: ID } as const satisfies Record<Locale, Record<Heading, Said>>;

interface Account {
  at: string;
  number: string;
  biller: string | null;
}

/** Bank or shop by the code that its customers know it by, and the numbers to give there. */
function accountLines(names: { at: string; biller: string; number: string }, { at, number, biller }: Account): { text: string; amount: string }[] {
  return [{ text: names.at, amount: at.toUpperCase() }, ...(biller ? [{ text: names.biller, amount: biller }] : []), { text: names.number, amount: number }];
}

/** Beside the news of a transfer, a payment by hand, and a hold. */
export const DETAILS = {
  en: {
    until: (when: string) => `It must arrive by ${when}.`,
    held: (when: string) => `Your rooms are kept for you until ${when}.`,
    later: "Money that comes later still counts if your rooms are free then; otherwise it goes back to you.",
    account: (to: Account) => accountLines({ at: "Bank or shop", biller: "Company code", number: "Number" }, to),
    page: "The account and its number are on the payment page, which your booking leads to.",
    reference: (text: string) => `Its reference: ${text}.`,
    waited: (amount: string) => `The refund of ${amount} that waited for this is made now.`,
    byProperty: "The property will contact you to give it back.",
  },
  id: {
    until: (when: string) => `Dana harus tiba sebelum ${when}.`,
    held: (when: string) => `Kamar Anda kami simpan sampai ${when}.`,
    later: "Dana yang tiba setelah itu tetap dihitung jika kamar Anda masih tersedia; jika tidak, dana itu kembali kepada Anda.",
    account: (to: Account) => accountLines({ at: "Bank atau toko", biller: "Kode perusahaan", number: "Nomor" }, to),
    page: "Rekening dan nomornya ada di halaman pembayaran, yang dapat dibuka dari pemesanan Anda.",
    reference: (text: string) => `Referensinya: ${text}.`,
    waited: (amount: string) => `Pengembalian dana ${amount} yang menunggu keputusan ini sekarang dilakukan.`,
    byProperty: "Hotel akan menghubungi Anda untuk mengembalikannya.",
  },
} as const satisfies Record<Locale, unknown>;

/** What a task of the property names beside its amount. */
interface More {
  /** What had been asked for. */
  asked: string;
  /** The payment was taken, not only reserved. */
  isTaken: boolean;
  /** Refunds that waited, ready to read; undefined where none did. */
  waited: string | undefined;
  /** The booking has been cancelled, or came to nothing. */
  isOver: boolean;
}

/** What the property must do. */
export const PROPERTY_NEWS = {
  en: {
    paid_otherwise: (amount, { asked, isTaken }) =>
      `A payment of ${amount} came, where ${asked} was asked for. It pays for nothing. ${isTaken ? "Look at it in the payment provider's dashboard and give it back." : "It was only reserved, and is released by itself: nothing is left for you to do."}`,
    lapsed: (amount) => `A reservation on the guest's card ended before it was taken. ${amount} is missing: agree with the guest how it is paid.`,
    refund_made: (amount) => `${amount} was given back to the guest in the payment provider's dashboard.`,
    refund_failed: (amount) => `The guest's bank refused a refund of ${amount}. Send it another way, and tell the operator that it was paid.`,
    refund_manual: (amount) => `Send ${amount} back to the guest by bank transfer: the guest's way of paying takes no refunds. Tell the operator when it was paid.`,
    dispute_inquiry: (amount) => `The guest's bank asks about a payment of ${amount}. Answer it in the payment provider's dashboard.`,
    dispute_open: (amount) => `The guest disputes a payment of ${amount}. Answer it in the payment provider's dashboard; give nothing back by hand meanwhile.`,
    dispute_lost: (amount) => `A dispute was lost: the guest has ${amount} back from the bank. Give none of it back by hand.`,
    dispute_won: (amount, { waited, isOver }) => {
      if (waited) return `A dispute about ${amount} was won: the guest's bank takes nothing. A refund of ${waited} had waited for this, and is made to the guest now.`;
      if (isOver) return `A dispute about ${amount} was won: the guest's bank takes nothing. What the guest is still owed goes back as for any cancelled booking.`;
      return `A dispute was won: ${amount} stays yours. Nothing is left to do.`;
    },
  },
  id: {
    paid_otherwise: (amount, { asked, isTaken }) =>
      `Pembayaran ${amount} tiba, padahal yang diminta ${asked}. Dana itu tidak dapat dipakai. ${isTaken ? "Periksa di dasbor penyedia pembayaran dan kembalikan." : "Dana itu hanya ditahan dan dilepas otomatis: tidak ada yang perlu Anda lakukan."}`,
    lapsed: (amount) => `Penahanan dana di kartu tamu berakhir sebelum diambil. ${amount} belum dibayar: sepakati dengan tamu cara membayarnya.`,
    refund_made: (amount) => `${amount} dikembalikan kepada tamu melalui dasbor penyedia pembayaran.`,
    refund_failed: (amount) => `Bank tamu menolak pengembalian ${amount}. Kirim dengan cara lain, dan beri tahu operator bila sudah dibayar.`,
    refund_manual: (amount) => `Kirim kembali ${amount} kepada tamu melalui transfer bank: cara bayar tamu tidak menerima pengembalian. Beri tahu operator bila sudah dibayar.`,
    dispute_inquiry: (amount) => `Bank tamu menanyakan pembayaran ${amount}. Jawab di dasbor penyedia pembayaran.`,
    dispute_open: (amount) => `Tamu menyanggah pembayaran ${amount}. Jawab di dasbor penyedia pembayaran; jangan kembalikan dana sendiri sementara itu.`,
    dispute_lost: (amount) => `Sanggahan dimenangkan tamu: ${amount} sudah dikembalikan oleh bank. Jangan kembalikan lagi sendiri.`,
    dispute_won: (amount, { waited, isOver }) => {
      if (waited)
        return `Sanggahan atas ${amount} dimenangkan hotel: bank tamu tidak menarik dana. Pengembalian ${waited} yang menunggu keputusan ini sekarang dilakukan kepada tamu.`;
      if (isOver) return `Sanggahan atas ${amount} dimenangkan hotel: bank tamu tidak menarik dana. Hak tamu yang tersisa dikembalikan seperti pada pemesanan yang dibatalkan.`;
      return `Sanggahan dimenangkan hotel: ${amount} tetap milik Anda. Tidak ada yang perlu dilakukan.`;
    },
  },
} as const satisfies Record<Locale, Record<PropertyNews, (amount: string, more: More) => string>>;
