/** The pages of the navigation, each with the letter that opens it after `g`. */
export const PAGES = [
  { to: '/', title: 'Morning', key: 'm' },
  { to: '/work', title: 'Work', key: 'w' },
  { to: '/upload', title: 'Upload', key: 'u' },
  { to: '/dashboards', title: 'Dashboards', key: 'd' },
  { to: '/lake', title: 'Lake', key: 'l' },
  { to: '/query', title: 'Query', key: 'q' },
  { to: '/catalog', title: 'Catalog', key: 'c' },
] as const
