import { ROLE_WORDS, type Role } from './members-query.ts';

interface RoleChoiceProps {
  readonly roles: readonly Role[];
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}

/** One role of those that may be given, each with what it may do. */
export const RoleChoice = ({ roles, value, onChange }: RoleChoiceProps) => (
  <fieldset className="grid gap-2">
    <legend className="mb-1 font-semibold">Role</legend>
    {roles.map((role) => (
      <label
        key={role}
        className="flex cursor-pointer items-start gap-3 rounded-md border border-line px-3 py-2.5 hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft"
      >
        <input
          type="radio"
          name="role"
          value={role}
          checked={role === value}
          onChange={() => onChange(role)}
          className="mt-1 accent-accent"
        />
        <span>
          <span className="block font-semibold">{ROLE_WORDS[role].name}</span>
          <span className="block text-xs text-soft">{ROLE_WORDS[role].may}</span>
        </span>
      </label>
    ))}
  </fieldset>
);
