// What an answer must look like: the library's own schemas, and its declared types where it has
// no schema for them.
import { z } from "zod";

const text = z.string();
const count = z.number().int();
const moment = z.string().datetime();
const cursor = text.nullable();
const objectId = z.string().regex(/^[a-f\d]{24}$/);
const message = z.object({ message: text });

const project = z.object({
  _id: objectId,
  name: text,
  description: text.optional(),
  user: text.optional(),
  conversationCount: count,
  lastConversationAt: moment.nullish(),
  lastConversationId: text.nullish(),
  createdAt: moment,
  updatedAt: moment,
});
const prompt = z.object({
  _id: objectId,
  groupId: objectId,
  author: text,
  prompt: text,
  type: z.enum(["text", "chat"]),
  createdAt: moment,
  updatedAt: moment,
});
const group = z.object({
  _id: objectId,
  name: text,
  numberOfGenerations: count,
  command: text,
  oneliner: text,
  category: text,
  productionId: text.nullable(),
  productionPrompt: z.object({ prompt: text }).nullable(),
  author: text,
  authorName: text,
  isPublic: z.boolean(),
  createdAt: moment,
  updatedAt: moment,
});
const link = z.object({
  _id: objectId,
  shareId: z.string().length(21),
  conversationId: text,
  targetMessageId: text.optional(),
});
const deleted = z.object({ acknowledged: z.literal(true), deletedCount: count });

const declared = {
  archivedCount: z.object({ archivedCount: count }),
  balance: z.object({ tokenCredits: z.number(), autoRefillEnabled: z.boolean() }),
  boolean: z.boolean(),
  categories: z.array(z.object({ value: text, label: z.string().startsWith("com_") })),
  deleted: deleted.extend({ messages: deleted }),
  group,
  groupPage: z.object({
    promptGroups: z.array(group),
    pageNumber: text,
    pageSize: z.union([text, z.number()]),
    pages: z.union([text, z.number()]),
    has_more: z.boolean(),
    after: cursor,
  }),
  groups: z.array(group),
  link,
  linkOfConversation: link
    .partial()
    .extend({ success: z.boolean(), shareId: text.nullable(), conversationId: text }),
  linkPage: z.object({
    links: z.array(
      z.object({ shareId: text, title: text, createdAt: moment, conversationId: text }),
    ),
    nextCursor: cursor,
    hasNextPage: z.boolean(),
  }),
  login: z.object({ token: text, user: z.object({ id: text, email: text, role: text }) }),
  message,
  models: z.record(z.array(text)),
  numberOfGenerations: z.object({ numberOfGenerations: count }),
  presetsDeleted: deleted,
  project,
  projectDeleted: z.object({ deletedCount: count, modifiedCount: count }),
  projectPage: z.object({ projects: z.array(project), nextCursor: cursor }),
  prompt: z.object({ prompt }),
  promptDeleted: z.object({
    prompt: text,
    promptGroup: z.object({ message: text, id: objectId }).optional(),
  }),
  promptMade: z.object({ prompt, group }),
  prompts: z.array(prompt),
  shareConfig: z.object({ appTitle: text, interface: z.object({}).passthrough().optional() }),
  shareDeleted: z.object({ success: z.literal(true), shareId: text, message: text }),
  startup: z.object({ appTitle: text }).passthrough(),
  tagNames: z.array(text),
  user: z.object({ id: text, email: text, name: text, role: text, provider: text }),
};

/** Shapes of conversations; a stored one has its dates, and may have an operator's endpoint. */
function ofConversations(library) {
  const conversation = library.tConvoUpdateSchema.extend({
    _id: objectId,
    conversationId: text,
    createdAt: moment,
    updatedAt: moment,
  });
  const row = conversation.pick({
    _id: true,
    conversationId: true,
    endpoint: true,
    title: true,
    model: true,
    createdAt: true,
    updatedAt: true,
    chatProjectId: true,
    isShared: true,
    isArchived: true,
    archivedAt: true,
    pinned: true,
  });
  return {
    conversation,
    moved: z.object({ conversation, previousProjectId: cursor, projectId: cursor }),
    rowPage: z.object({ conversations: z.array(row), nextCursor: cursor }),
  };
}

/** Shapes of messages. */
function ofMessages(library) {
  const stored = library.tMessageSchema.extend({
    content: z.array(z.object({ type: text }).passthrough()).optional(),
    createdAt: moment,
    updatedAt: moment,
  });
  return {
    feedback: z.object({
      messageId: text,
      conversationId: text,
      feedback: library.feedbackSchema.optional(),
    }),
    messagePage: z.object({ messages: z.array(stored), nextCursor: cursor }),
    messages: z.array(stored),
    messageAlone: z.array(stored).length(1),
    shared: z.object({
      shareId: text,
      title: text,
      conversationId: z.string().startsWith("convo_"),
      createdAt: moment,
      updatedAt: moment,
      messages: z.array(stored.extend({ messageId: z.string().startsWith("msg_") })),
    }),
    stored,
  };
}

/** Return schemas by name; the library must not be loaded before its browser is there. */
export async function shapes() {
  const library = await import("librechat-data-provider");
  const { conversation, ...conversations } = ofConversations(library);
  const messages = ofMessages(library);
  return {
    ...declared,
    ...conversations,
    ...messages,
    conversation,
    copy: z.object({ conversation, messages: messages.messages }),
    preset: library.tPresetSchema,
    presets: z.array(library.tPresetSchema),
    role: library.roleSchema,
    tag: library.tConversationTagSchema,
    tags: z.array(library.tConversationTagSchema),
  };
}
