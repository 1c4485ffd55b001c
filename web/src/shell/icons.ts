// Line icons on a grid of 24.

export const paths = {
  search: 'M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14zM16 16l4.5 4.5',
  close: 'M6 6l12 12M18 6L6 18',
  turn: 'M4 8.5h14M14 4.5l4 4l-4 4M20 15.5H6M10 11.5l-4 4l4 4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  minus: 'M6 12h12',
  plus: 'M12 5v14M5 12h14',
  chevron: 'M6 9.5l6 6l6-6',
  filter: 'M4 6h16M7 12h10M10 18h4',
  gallery: 'M4 5h7v6H4zM14 5h6v6h-6zM4 14h6v5H4zM13 14h7v5h-7z',
  map: 'M9 5L4 7v12l5-2l6 2l5-2V5l-5 2zM9 5v12M15 7v12',
  charts: 'M5 20v-7M12 20V5M19 20v-10',
  sun: 'M12 8a4 4 0 1 0 0 8a4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  unlock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2',
  record: 'M12 5a7 7 0 1 0 0 14a7 7 0 0 0 0-14zM12 9.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5z',
  stop: 'M7 7h10v10H7z',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  help: 'M9.2 9.2a2.9 2.9 0 1 1 4 2.7c-.8.4-1.2 1-1.2 1.9v.4M12 17.6h.01M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z',
  reload: 'M20 5v5h-5M19.4 10A8 8 0 1 0 20 14',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1-1',
  terminal: 'M5 7l5 5l-5 5M12.5 17H19',
  download: 'M12 4v11M7 10.5l5 5l5-5M5 20h14',
  bookmark: 'M7 4h10v16l-5-4l-5 4z',
  picture: 'M10 19H4V5h16v5M4 15l4-4l4 4M16 8.5h.01M16.5 13.5a3 3 0 1 0 0 6a3 3 0 0 0 0-6zM18.8 18.8l2.2 2.2',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13',
} as const;

export type IconName = keyof typeof paths;
