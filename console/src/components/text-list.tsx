import { Text } from '@mantine/core'

interface Props {
  lines: string[]
  /** The numbers of the lines, for a numbered list. */
  numbers?: number[]
  label?: string
  /** Whether many lines scroll in the height of a few. */
  isScrolled?: boolean
}

/** Lines of text as a list, each of which wraps. */
export function TextList({ lines, numbers, label, isScrolled = false }: Props) {
  const List = numbers ? 'ol' : 'ul'
  return (
    <List
      aria-label={label}
      className={isScrolled ? 'scroll' : undefined}
      style={
        isScrolled
          ? { maxHeight: '16rem', overflowY: 'auto', margin: 0 }
          : { margin: 0, paddingLeft: '1.2rem' }
      }
      tabIndex={isScrolled ? 0 : undefined}
    >
      {lines.map((line, at) => (
        <li key={numbers?.[at] ?? line} value={numbers?.[at]}>
          <Text size="sm" component="span" className="any-text">
            {line}
          </Text>
        </li>
      ))}
    </List>
  )
}
