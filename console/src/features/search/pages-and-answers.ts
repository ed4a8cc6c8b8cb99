export interface Place {
  kind: string
  title: string
  href: string
  /** Further words that find it, which are not shown. */
  words?: string
  /** Questions and words that it answers as its domain states them: what was typed as one of them finds it first. */
  phrases?: string[]
  /** Words of what surrounds it: they add to others that find it, and do not find it alone. */
  context?: string
  /** A sentence that is the answer: there is no page to open. */
  says?: string
  /** It comes after others with the same words, such as a column after the panels that answer from it. */
  isDetail?: boolean
}

/** A title, an address or an answer, further words, and what was typed so that it comes first. */
type Row = [title: string, target: string, words?: string, phrases?: string[]]

const leading = (kind: string, rows: Row[]): Place[] =>
  rows.map(([title, href, words = '', phrases = []]) => ({ kind, title, href, words, phrases }))

export const PAGES: Place[] = leading('page', [
  ['Morning', '#/', 'home today overview'],
  ['Report', '#/report', 'print pdf'],
  ['Work', '#/work', 'tasks to do'],
  ['Alerts', '#/work/alerts', 'notification notify warn threshold watch'],
  ['Rows to fix', '#/work/files', 'quarantine refused rejected bad missing errors fehler erreurs'],
  ['Upload', '#/upload'],
  ['Lake', '#/lake', 'status health files'],
  ['Query', '#/query', 'sql'],
  ['Catalog', '#/catalog', 'schema tables datasets columns data dictionary'],
])

/** What a person can do, by the page where it is done. */
export const ACTIONS: Place[] = leading('action', [
  ['Upload a file', '#/upload', 'import add load send csv excel xlsx hochladen importieren importer'],
  ['Fix refused rows', '#/work/files', 'correct bad missing wrong errors korrigieren corriger'],
  ['Ask a question with SQL', '#/query'],
  [
    'Download rows of a table or an answer',
    '#/query',
    'export excel xlsx csv spreadsheet herunterladen télécharger exporter',
  ],
  ['Share my dashboard, stop a mail', '#/dashboards/mine', 'email e-mail newsletter schedule daily weekly'],
  ['Undo an upload', '#/lake', 'take back delete remove revert rückgängig annuler'],
  ['Delete a file with its rows', '#/lake', 'remove take back löschen supprimer'],
  ['Undo a decision', '#/work', 'take back reopen'],
  ['Remove a dataset', '#/catalog', 'delete drop erase table löschen supprimer'],
  ['See the cost of the lake', '#/lake', 'costs price bill money kosten coûts'],
])

const answering = (rows: Row[]): Place[] =>
  rows.map(([title, says, words = '', phrases = []]) => ({
    kind: 'answered here',
    title,
    href: '',
    words,
    phrases,
    says,
  }))

/** What has no page of its own: it is in reach of each page, or needs rights in AWS and the command line. */
export const ANSWERS: Place[] = answering([
  [
    'Add a user, invite a person, reset a password',
    'Whoever deployed the lake adds people with `headgate users add NAME@EXAMPLE.COM --group viewer`, which prints a first password and sends no mail. The groups are viewer, uploader, operator and personal-data. The same command gives a further group, and `headgate users remove` takes a person out. Who forgot a password is removed and added again.',
    'people member account access rights permission group login sign in new user delete remove forgot passwort benutzer mot de passe utilisateur',
  ],
  ['Sign out', 'Sign out is at the top right of each page.', 'log out off logout leave abmelden déconnexion'],
  [
    'Help with the keys of a page',
    'Press ? on a page to see its keys. Questions about the lake go to whoever deployed it.',
    'help keyboard shortcuts hotkeys how to docs documentation manual guide support hilfe aide',
  ],
  [
    'Back up the lake, restore a table',
    'Whoever deployed the lake has it copied to another account with the setting `backup`, and brings an earlier state of a table back with `headgate tables rollback TABLE`. An upload is undone on the page of its file.',
    'backup backups copy recover earlier state roll back sicherung sauvegarde',
    ['restore'],
  ],
  [
    'Erase a person’s data',
    'Whoever deployed the lake erases a person with `headgate forget KEY`, from all files and tables, and gets a certificate. KEY is the id of the person, such as the one at the top of the person’s page.',
    'forget delete gdpr dsgvo rgpd privacy personal data protection datenschutz',
  ],
  [
    'See who changed a row or sent a file',
    'Search for the id of a row: its page lists its versions and who changed them. The page of a file says who sent, corrected or undid it, and the history of a queue who decided.',
    'history log audit author version versions edited verlauf historique',
    ['who changed', 'who sent'],
  ],
  [
    'Change the settings of the lake',
    'The currency, the schedule of runs, the address for alerts and all other settings are in `headgate.toml`, which whoever deployed the lake edits and deploys.',
    'configuration options preferences language timezone schedule einstellungen paramètres',
  ],
  [
    'Read the lake from another program',
    'Programs read the lake by Athena, by its HTTP API, or with `headgate.connect()` in Python. Whoever deployed the lake gives access: the documentation has a page for each of them.',
    'api token key notebook python jdbc odbc power bi tableau looker connect',
  ],
])
