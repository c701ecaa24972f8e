"""Interim plans for what is not basic and static. Knows tensors only."""
from __future__ import annotations
import numpy, tensorflow as tf
from tnp_shim.indexing.basic import BasicPlan
from tnp_shim.indexing.expression import expression, is_static
from tnp_shim.tensorflow_internals import gen_array_ops as ga

_plans: dict = {}

class DynamicPlan:
    is_view = True
    numpy_index = None
    def __init__(self, shape, items):
        self.items, self.given = items, shape
        self.is_scalar = shape is not None and sum(isinstance(i,(int,tf.Tensor)) for i in items)==len(shape)
        self.shape = () if self.is_scalar else None
    def _index(self):
        return tuple(slice(*i[1:]) if type(i) is tuple else i for i in self.items)
    def read(self, t): return t[self._index()]
    def write(self, t, v):
        pos = tf.reshape(tf.range(tf.size(t)), tf.shape(t))[self._index()]
        v = tf.broadcast_to(v, tf.shape(pos))
        return tf.reshape(tf.tensor_scatter_nd_update(tf.reshape(t,[-1]), tf.reshape(pos,[-1,1]), tf.reshape(v,[-1])), tf.shape(t))

class ArrayPlan:
    is_view = False
    is_scalar = False
    numpy_index = None
    def __init__(self, shape, items):
        self.given=shape; self.items=items
        known = all(isinstance(i, numpy.ndarray) or (not isinstance(i, tf.Tensor) and is_static(i)) for i in items) or False
        items = [i.numpy() if isinstance(i, tf.Tensor) and hasattr(i,'numpy') and tf.executing_eagerly() else i for i in items]
        self.known = all(isinstance(i, numpy.ndarray) or (not isinstance(i, tf.Tensor) and is_static(i)) for i in items)
        index = tuple(slice(*i[1:]) if type(i) is tuple else i for i in items)
        if self.known:
            self.positions = numpy.arange(int(numpy.prod(shape)), dtype=numpy.int64).reshape(shape)[index]
            self.is_scalar = not isinstance(self.positions, numpy.ndarray)
            self.shape = numpy.shape(self.positions)
        else:
            self.mask = items[0] if len(items)==1 and isinstance(items[0], tf.Tensor) and items[0].dtype==tf.bool else None
            self.index = index; self.shape=None
            if self.mask is None and len(items)==1 : self.one = items[0]
            elif self.mask is None: raise NotImplementedError(f"index {index}")
    def read(self, t):
        if self.known: return tf.gather(tf.reshape(t,[-1]), self.positions)
        if self.mask is not None: return tf.boolean_mask(t, self.mask)
        return tf.gather(t, tf.where(self.one<0,self.one+tf.cast(tf.shape(t)[0],self.one.dtype),self.one))
    def write(self, t, v):
        if self.known:
            p=self.positions
            if v.shape.rank is not None and v.shape.is_fully_defined():
                numpy.broadcast_to(numpy.empty(v.shape), p.shape)
            v = tf.broadcast_to(v, p.shape)
            flat = numpy.reshape(p,[-1]); last={int(q):i for i,q in enumerate(flat)}
            keys=numpy.array(list(last),numpy.int64); idx=numpy.array(list(last.values()),numpy.int64)
            new=tf.tensor_scatter_nd_update(tf.reshape(t,[-1]), keys[:,None], tf.gather(tf.reshape(v,[-1]),idx))
            return tf.reshape(new, tf.shape(t))
        if self.mask is not None:
            m=self.mask
            return tf.where(tf.reshape(m, tf.concat([tf.shape(m), tf.ones(tf.rank(t)-tf.rank(m),tf.int32)],0)), v, t)
        return tf.tensor_scatter_nd_update(t, self.one[:,None], tf.broadcast_to(v, tf.concat([tf.shape(self.one), tf.shape(t)[1:]],0)))

def plan(shape, index):
    items = expression(index)
    if type(items) is tuple:
        key=(shape, items)
        found=_plans.get(key)
        if found is None:
            if len(_plans)>4096: _plans.clear()
            found=_plans[key]=BasicPlan(shape, items)
        return found
    if any(isinstance(i, numpy.ndarray) or (isinstance(i, tf.Tensor) and i.shape.rank!=0) for i in items):
        return ArrayPlan(shape, items)
    return DynamicPlan(shape, items)
