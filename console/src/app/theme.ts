import { createTheme } from '@mantine/core'

const SYSTEM_FONTS = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif'

// White on shade 9 has a contrast above 4.5 (WCAG 2.2, 1.4.3). Links are underlined, because colour alone does not show them (1.4.1).
export const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: 9,
  components: { Anchor: { defaultProps: { underline: 'always' } } },
  fontFamily: SYSTEM_FONTS,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontFamily: SYSTEM_FONTS, fontWeight: '600' },
  defaultRadius: 'sm',
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.25rem', xl: '1.75rem' },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
})
