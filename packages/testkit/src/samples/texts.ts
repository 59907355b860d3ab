/** Paragraphs written for the samples, by language. Every language's first paragraph is enough to tell it by. */
export const TEXTS = {
  en: [
    'The annual review of the library shows that more people came to read, to work and to meet than in any year before. The new opening hours are the reason most often given by visitors, and the staff agree with them.',
    'It is planned to extend the reading room in the spring. The work will be done in two stages so that the house can stay open, and the noise will be kept to the hours before noon.',
    'All of the figures in this report have been checked by the finance team. Questions about them may be sent to the office at any time, and an answer will be given within a week.',
  ],
  de: [
    'Der Jahresbericht der Bibliothek zeigt, dass mehr Menschen als je zuvor in das Haus gekommen sind, um zu lesen, zu arbeiten und sich zu treffen. Die neuen Öffnungszeiten sind der häufigste Grund, den die Besucher nennen.',
    'Im Frühjahr soll der große Lesesaal erweitert werden. Die Arbeiten werden in zwei Abschnitten ausgeführt, damit das Haus für die Leser geöffnet bleiben kann.',
  ],
  fr: [
    'Le rapport annuel de la bibliothèque montre que les lecteurs sont plus nombreux que jamais à venir pour travailler, pour lire et pour se rencontrer. Les nouveaux horaires sont la raison la plus souvent donnée par les visiteurs.',
    'Il est prévu d’agrandir la salle de lecture au printemps. Les travaux seront menés en deux étapes afin que la maison reste ouverte à tous.',
  ],
  es: [
    'El informe anual de la biblioteca muestra que este año han venido más personas que nunca para leer, trabajar y reunirse. El nuevo horario es la razón que dan con más frecuencia los visitantes de la casa.',
    'En la primavera se ampliará la sala de lectura. Las obras se harán en dos etapas para que el edificio pueda seguir abierto.',
  ],
  it: [
    'La relazione annuale della biblioteca mostra che non sono mai venute così tante persone per leggere, per lavorare e per incontrarsi. I nuovi orari sono la ragione che i visitatori danno più spesso.',
    'In primavera la sala di lettura sarà ampliata. I lavori si faranno in due fasi, perché la casa possa restare aperta.',
  ],
  pt: [
    'O relatório anual da biblioteca mostra que nunca vieram tantas pessoas para ler, para trabalhar e para se encontrar. O novo horário é a razão que os visitantes dão com mais frequência, e não é a única.',
    'Na primavera será ampliada a sala de leitura. As obras serão feitas em duas fases para que a casa possa ficar aberta.',
  ],
  nl: [
    'Het jaarverslag van de bibliotheek laat zien dat er meer mensen dan ooit zijn gekomen om te lezen, te werken en elkaar te ontmoeten. De nieuwe openingstijden zijn de reden die het vaakst wordt genoemd.',
    'In het voorjaar wordt de leeszaal uitgebreid. Het werk wordt in twee delen gedaan, zodat het huis open kan blijven voor de lezers.',
  ],
  sv: [
    'Bibliotekets årsberättelse visar att fler människor än någonsin har kommit för att läsa, arbeta och träffas. De nya öppettiderna är den orsak som oftast nämns av besökarna, och det gäller för hela huset.',
    'Till våren ska läsesalen byggas ut. Arbetet görs i två steg så att huset kan vara öppet för alla som vill läsa.',
  ],
  fi: [
    'Kirjaston vuosikertomus osoittaa, että ihmisiä on tullut enemmän kuin koskaan lukemaan, työskentelemään ja tapaamaan toisiaan. Uudet aukioloajat ovat se syy, joka mainitaan useimmin, ja myös henkilökunta on samaa mieltä.',
    'Keväällä lukusalia laajennetaan. Työ tehdään kahdessa vaiheessa, niin että talo voi olla auki koko ajan, kun se on mahdollista.',
  ],
  pl: [
    'Roczne sprawozdanie biblioteki pokazuje, że do czytelni przyszło więcej osób niż w poprzednich latach. Nowe godziny otwarcia są powodem, który podaje się najczęściej, i nie jest to jedyny powód dla zmian w domu.',
    'Wiosną czytelnia będzie powiększona. Prace są podzielone na dwa etapy, żeby dom mógł być otwarty dla wszystkich.',
  ],
  cs: [
    'Výroční zpráva knihovny ukazuje, že do čítárny přišlo více lidí než v minulých letech. Nové otevírací hodiny jsou důvod, který se uvádí nejčastěji, a není to jediný důvod pro změny v domě.',
    'Na jaře se čítárna rozšíří. Práce budou rozděleny do dvou etap, aby dům mohl zůstat otevřený pro všechny.',
  ],
  el: [
    'Η ετήσια έκθεση της βιβλιοθήκης δείχνει ότι φέτος ήρθαν περισσότεροι άνθρωποι από ποτέ για να διαβάσουν, να εργαστούν και να συναντηθούν.',
    'Την άνοιξη η αίθουσα ανάγνωσης θα επεκταθεί σε δύο στάδια, ώστε το κτίριο να μείνει ανοιχτό.',
  ],
  ru: [
    'Годовой отчёт библиотеки показывает, что в этом году людей пришло больше, чем когда-либо, и не только для чтения, но и для работы. Новые часы работы названы как главная причина, и это не все причины.',
    'Весной читальный зал будет расширен. Работы пройдут в два этапа, и дом останется открытым для всех.',
  ],
} as const;

export type SampleLanguage = keyof typeof TEXTS;

/** What a flowing document is made of. */
export type FlowBlock =
  | { readonly kind: 'h1' | 'h2' | 'h3' | 'p' | 'bullet'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string; readonly value: number };

export const h1 = (text: string): FlowBlock => ({ kind: 'h1', text });
export const h2 = (text: string): FlowBlock => ({ kind: 'h2', text });
export const h3 = (text: string): FlowBlock => ({ kind: 'h3', text });
export const p = (text: string): FlowBlock => ({ kind: 'p', text });
export const bullet = (text: string): FlowBlock => ({ kind: 'bullet', text });
export const number = (value: number, text: string): FlowBlock => ({ kind: 'number', value, text });
