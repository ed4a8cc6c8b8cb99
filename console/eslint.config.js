import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist', 'src/api/schema.d.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  reactHooks.configs.flat['recommended-latest'] ?? reactHooks.configs['recommended-latest'],
  {
    rules: {
      // A call takes about 100,000 arguments, and an answer has more rows: formats/extremes.ts.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.object.name="Math"] > SpreadElement',
          message: 'Take largestNumber or smallestNumber: a call has a limit of arguments.',
        },
        {
          selector:
            'CallExpression[callee.property.name=/^(push|unshift)$/][arguments.length=1] > SpreadElement',
          message: 'Add one after the other: a call has a limit of arguments.',
        },
      ],
    },
  },
)
