import { Text } from '@mantine/core'

import { ValueField } from '../query/parameter-fields'
import { type Parameter, type Values } from '../query/parameters'
import { valueWord } from '../query/value-words'

interface Props {
  parameters: Parameter[]
  values: Values
  onType: (name: string, value: string) => void
}

/** The fields of the parameters of a mail's questions: it keeps these values, whatever its page has later. */
export function MailValues({ parameters, values, onType }: Props) {
  if (parameters.length === 0) return null
  return (
    <div role="group" aria-label="Values of the mail">
      {parameters.map((each) => (
        <ValueField
          key={each.name}
          parameter={each}
          value={values[each.name] ?? each.initial}
          onType={(value) => onType(each.name, value)}
        />
      ))}
      <Text size="xs" className="muted">
        The mail is always asked with these values, and its subject names them.
      </Text>
    </div>
  )
}

/** A title that names the values of a mail: a changed value replaces the one that the title had, or is added. */
export function retitled(title: string, parameters: Parameter[], before: Values, now: Values): string {
  return parameters.reduce((words, parameter) => {
    const { name, initial } = parameter
    const [earlier, later] = [before[name] ?? initial, now[name] ?? initial]
    if (earlier === later) return words
    const [part, changed] = [valueWord(parameter, earlier), valueWord(parameter, later)]
    const isNamed = `, ${words},`.includes(`, ${part},`)
    return isNamed
      ? `, ${words},`.replace(`, ${part},`, () => `, ${changed},`).slice(2, -1)
      : `${words}, ${changed}`
  }, title)
}
