/** A window as narrow as a phone, as Mantine's `sm` and the style sheet have it. */
export const PHONE = '(max-width: 48em)'
