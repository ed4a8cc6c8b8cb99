import type { Schemas } from '../../api/client'

/** The file that a person sent, where another one was made of it. */
export const sentAs = ({ sent_as: name, part }: Pick<Schemas['FileEdits'], 'sent_as' | 'part'>): string =>
  name ? `Made from ${name}${part ? `, ${part}` : ''}. ` : ''
